// Reed-Solomon over GF(256) with the polynomial x^8 + x^4 + x^3 + x^2 + 1, as QR codes use it.

function multiply(a: number, b: number): number {
  let product = 0;
  for (let i = 7; i >= 0; i -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((b >> i) & 1) * a;
  }
  return product;
}

/** The coefficients of (x - 1)(x - 2)(x - 4).., without the leading 1. */
function generator(degree: number): number[] {
  let coefficients = [1];
  let root = 1;
  for (let i = 0; i < degree; i += 1) {
    const shifted = [...coefficients, 0];
    coefficients = shifted.map((c, j) => c ^ multiply(coefficients[j - 1] ?? 0, root));
    root = multiply(root, 2);
  }
  return coefficients.slice(1);
}

/** The error correction bytes of a block. */
export function remainder(data: readonly number[], degree: number): number[] {
  const divisor = generator(degree);
  let rest = new Array<number>(degree).fill(0);
  for (const byte of data) {
    const factor = byte ^ (rest[0] ?? 0);
    const shifted = [...rest.slice(1), 0];
    rest = shifted.map((c, i) => c ^ multiply(divisor[i] ?? 0, factor));
  }
  return rest;
}

/** A code as it was typed or pasted, without what an authenticator shows between its digits. */
export const sixDigits = (typed: string): string => typed.replace(/\D/g, "").slice(0, 6);

// Everything that goes between a page and the service, as the browser sees it before TLS.
import type { Page } from "@playwright/test";

export class Traffic {
  /** Frames of WebSockets, both ways. */
  readonly frames: string[] = [];
  /** Addresses and bodies of requests, and bodies of answers. */
  readonly bodies: Buffer[] = [];
  readonly #coming: Promise<void>[] = [];

  /** Listens to a page from now on. */
  constructor(page: Page) {
    page.on("websocket", (socket) => {
      const note = ({ payload }: { payload: string | Buffer }): void => {
        this.frames.push(String(payload));
      };
      socket.on("framesent", note);
      socket.on("framereceived", note);
    });
    page.on("request", (request) => {
      this.bodies.push(Buffer.from(request.url()));
      const body = request.postDataBuffer();
      if (body !== null) this.bodies.push(body);
    });
    page.on("response", (response) => {
      const body = response.body().then(
        (bytes) => void this.bodies.push(bytes),
        // A redirect has none, nor has an answer to a page that is gone.
        () => undefined,
      );
      this.#coming.push(body);
    });
  }

  /** Everything heard so far. */
  async all(): Promise<Buffer> {
    await Promise.all(this.#coming);
    return Buffer.concat([...this.frames.map((frame) => Buffer.from(frame)), ...this.bodies]);
  }
}

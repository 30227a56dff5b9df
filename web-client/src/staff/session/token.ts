// The access token: five minutes long, renewed by the refresh cookie, under a lock that all tabs of
// the same sign-in share, because a refresh token serves once.
import type { ErrorCode, Refreshed, RefreshStart } from "../../lib/protocol/generated/wire.ts";
import { ApiRefusal, type Http } from "./http.ts";

/**
 * How old a token gets before it is renewed, ms. Its own age counts and not the end that it names,
 * because the device's clock may be off.
 */
const AGE_MS = 4 * 60_000;
/** How long to wait after a renewal that got no answer, ms. */
const AGAIN_MS = 5_000;

/** Keeps one sign-in's access token fresh. */
export class TokenKeeper {
  readonly sid: string;
  readonly #http: Http;
  /** A newer token is there: the socket takes it in place. */
  onrenewed: (token: string) => void = () => undefined;
  /** The sign-in is over: expired, ended elsewhere, or one refresh token was used twice. */
  onended: (code: ErrorCode) => void = () => undefined;
  #token = "";
  #takenAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(http: Http, sid: string) {
    this.#http = http;
    this.sid = sid;
  }

  /** The newest access token. */
  get token(): string {
    return this.#token;
  }

  /** Takes a token that came just now, with the sign-in or by the cookie. */
  take({ token }: Pick<Refreshed, "token">): void {
    this.#token = token;
    this.#takenAt = Date.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#renew(), AGE_MS);
  }

  /** Renews the token if it is old, as after a night with the lid closed. Never throws. */
  async fresh(): Promise<void> {
    const age = Date.now() - this.#takenAt;
    if (age < 0 || age >= AGE_MS) await this.#renew();
  }

  /** Fetches a token by the cookie; throws what the server refuses with. */
  async refresh(): Promise<void> {
    const body: RefreshStart = { sid: this.sid };
    const ask = (): Promise<Refreshed> => this.#http.post<Refreshed>("/api/refresh", body);
    this.take(await navigator.locks.request(`teduh-refresh-${this.sid}`, ask));
  }

  /** Ends the sign-in here and on the server. */
  async signOut(): Promise<void> {
    this.stop();
    const body: RefreshStart = { sid: this.sid };
    await this.#http.post("/api/sign-out", body);
  }

  /** Renews no more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #renew(): Promise<void> {
    try {
      await this.refresh();
      this.onrenewed(this.#token);
    } catch (error) {
      if (error instanceof ApiRefusal && error.code.startsWith("token_")) {
        this.stop();
        this.onended(error.code);
      } else {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => void this.#renew(), AGAIN_MS);
      }
    }
  }
}

// The code of one visit: made when she asks for it, and stored before she is shown it. Fetched when
// somebody asks for one.
import type { CodeState } from "../../lib/state/talk.ts";
import { call, Offline } from "./api.ts";
import type { Case } from "./case.ts";
import { makeCode, openCase, troubleOf, type MadeCode, type OpenedCase } from "./code.ts";
import type { Organisation } from "./organisation.ts";
import type { World } from "./world.ts";

/** What is needed of the visit. */
export interface CoderWorld {
  readonly world: World;
  readonly token: string;
  /** The case, once it is open and everything before is done; undefined where it is not open. */
  readonly opened: () => Promise<Case | undefined>;
  readonly state: (code: CodeState) => void;
}

/** Makes the code of a visit, or keeps the one that she came back with. */
export class Coder {
  readonly #visit: CoderWorld;
  #code: MadeCode | undefined;
  /** The digits that the server holds. */
  #digits: string | undefined;
  /** The code that is being made; whoever asks meanwhile gets the same one. */
  #coding: Promise<string> | undefined;

  constructor(visit: CoderWorld) {
    this.#visit = visit;
  }

  /** Opens the case of a code, as `openCase` does. */
  open(org: Organisation, digits: string): Promise<OpenedCase> {
    return openCase(this.#visit.world, org, this.#visit.token, digits);
  }

  /** What she reads where it opened nothing. */
  readonly troubleOf = troubleOf;

  /** She came back with these: they are known to her and to the server. */
  keep(digits: string): void {
    this.#digits = digits;
    this.#visit.state("confirmed");
  }

  /** The digits, once the server holds them. Throws what kept it from doing so. */
  async digits(): Promise<string> {
    if (this.#digits !== undefined) return this.#digits;
    this.#coding ??= this.#make().finally(() => (this.#coding = undefined));
    return this.#coding;
  }

  /** One code is made and stored; after a failure the same one is put again. */
  async #make(): Promise<string> {
    const { world, token, opened, state } = this.#visit;
    const it = await opened();
    if (it === undefined) throw new Offline();
    const { org, lane } = it;
    state("making");
    const code = this.#code ?? (await makeCode(world, org, token, lane.keys, lane.own));
    this.#code = code;
    await call(world, "PUT", "/api/session/code", code.put);
    this.#digits = code.digits;
    state("stored");
    return code.digits;
  }
}

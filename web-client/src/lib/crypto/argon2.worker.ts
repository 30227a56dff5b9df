import { answerWith } from "./answer.ts";
import { stretchHere } from "./argon2.ts";
import type { CodeParams } from "./code.ts";
import type { Bytes } from "./bytes.ts";

interface Ask {
  readonly code: Bytes;
  readonly salt: Bytes;
  readonly params: CodeParams;
}

answerWith(({ code, salt, params }: Ask) => stretchHere(code, salt, params));

import { answerWith } from "./answer.ts";
import { verifyHere } from "./verify.ts";

answerWith(verifyHere);

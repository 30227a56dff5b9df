import { Refused } from "../../lib/crypto/refused.ts";
import type { Said } from "../views/said.ts";
import { ApiRefusal, Unreachable } from "./http.ts";
import { PinAlarm } from "./pins.ts";

/**
 * What a person is told when a sign-in, an unlock or an enrolment did not work. `isUnlock` where
 * the passphrase alone was asked for.
 */
export function failure(error: unknown, isUnlock = false): Said {
  const said = failed(error);
  const isWrong = said.key === "desk.signin.error.wrong";
  return isWrong && isUnlock ? { key: "desk.signin.unlock.wrong" } : said;
}

function failed(error: unknown): Said {
  if (error instanceof Unreachable) return { key: "desk.signin.error.offline" };
  if (error instanceof PinAlarm) {
    return error.alarm === "rolled_back"
      ? { key: "desk.signin.error.rolled_back" }
      : { key: "desk.signin.error.wrong_service" };
  }
  if (error instanceof Refused) return refused(error);
  if (error instanceof ApiRefusal) return refusedByServer(error);
  return { key: "desk.error.generic" };
}

function refused({ rule }: Refused): Said {
  if (rule === "O2") return { key: "desk.signin.error.wrong" };
  if (rule === "V1" || rule === "S2") return { key: "desk.signin.error.vault" };
  // Another OPAQUE key, or statements that the pinned root did not sign.
  return { key: "desk.signin.error.wrong_service" };
}

function refusedByServer({ code }: ApiRefusal): Said {
  switch (code) {
    case "sign_in_failed":
      return { key: "desk.signin.error.wrong" };
    case "totp_failed":
      return { key: "desk.signin.error.code" };
    case "token_invalid":
      return { key: "desk.signin.error.expired" };
    case "token_reused":
      return { key: "desk.signin.error.reused" };
    case "slow_down":
      return { key: "desk.signin.error.slow_down" };
    case "invite_unknown":
      return { key: "desk.enrol.invite_bad" };
    case "email_taken":
      return { key: "desk.enrol.email_taken" };
    default:
      return { key: "desk.error.generic" };
  }
}

// What the staff did by the records of a chat.
import type { Link } from "../../lib/crypto/chain.ts";
import { REASON } from "../../lib/crypto/record.ts";
import type { Deed } from "../../lib/state/talk.ts";

/**
 * Who came in, took over or left, oldest first. Whoever is given a chat by somebody else and is no
 * supervisor has come in too; so has a supervisor who joins where no counselor is.
 *
 * @param links every accepted record in its order
 */
export function deedsOf(
  links: readonly Link[],
  isSupervisor: (staffId: string) => boolean,
): Deed[] {
  return links.flatMap(({ record, standing }, i): Deed[] => {
    const { people, joined } = standing;
    const told = (what: Deed["what"], staffId: string | undefined): Deed[] =>
      staffId === undefined ? [] : [{ what, staffId, epoch: record.epoch }];
    switch (record.reason) {
      case REASON.claim:
        return told("joined", people[0]);
      case REASON.join: {
        const comer = joined[joined.length - 1];
        const isAlone = people.every((id) => id === comer || isSupervisor(id));
        return told(isAlone ? "joined" : "came", comer);
      }
      case REASON.transfer: {
        const target = people.find((id) => !joined.includes(id));
        return told(target !== undefined && isSupervisor(target) ? "took_over" : "joined", target);
      }
      case REASON.leave: {
        const gone = links[i - 1]?.standing.joined.find((id) => !joined.includes(id));
        return told(people.every(isSupervisor) ? "left_chat" : "left", gone);
      }
      default:
        return [];
    }
  });
}

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
    const left = (before: Link | undefined): Deed[] => {
      const { joined: others = [], people: readers = [] } = before?.standing ?? {};
      const gone = others.filter((id) => readers.includes(id) && !people.includes(id));
      return gone.flatMap((id) => told(people.every(isSupervisor) ? "left_chat" : "left", id));
    };
    switch (record.reason) {
      case REASON.claim: {
        // The same person again: she passed through the team to leave others out.
        const before = links[i - 2];
        const others = before?.standing.people.includes(people[0] ?? "") ? left(before) : [];
        return others.length > 0 ? others : told("joined", people[0]);
      }
      case REASON.join: {
        const comer = joined[joined.length - 1];
        const isAlone = people.every((id) => id === comer || isSupervisor(id));
        return told(isAlone ? "joined" : "came", comer);
      }
      case REASON.transfer: {
        const target = people.find((id) => !joined.includes(id));
        return told(target !== undefined && isSupervisor(target) ? "took_over" : "joined", target);
      }
      case REASON.leave:
      case REASON.rekey:
        return left(links[i - 1]);
      default:
        return [];
    }
  });
}

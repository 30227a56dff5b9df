// The live board of a supervisor, beside her queue.
import { expect, test } from "./people";
import { words } from "./words";

test("a supervisor sees who waits and who could take them, while it happens", async ({
  client,
  counselor,
  supervisor,
  people,
}) => {
  const ratna = await supervisor();
  const board = ratna.page.getByTestId("board");
  const waiting = (level: number) =>
    board.locator(`[data-testid=board-waiting][data-class="${level}"] td`).first();
  for (const level of [3, 2, 0]) await expect(waiting(level)).toHaveText("0");
  await expect(board).toContainText(words("desk.board.no_counselor"));

  const rina = await client();
  await rina.waitInLine();
  await expect(waiting(0)).toHaveText("1");
  await rina.page.getByTestId("danger").click();
  await expect(waiting(3)).toHaveText("1");
  await expect(waiting(0)).toHaveText("0");
  await expect(board.getByTestId("board-escalations")).toHaveText("1");

  const sari = await counselor();
  const row = board.getByTestId("board-counselor");
  await expect(row).toContainText(people.counselors[0].name);
  await expect(row).toHaveAttribute("data-presence", "ready");
  await sari.claim();
  await expect(row).toContainText(words("desk.board.load", { n: "1", limit: "3" }));
  await expect(waiting(3)).toHaveText("0");
  await expect(board.getByTestId("board-active")).toHaveText("1");
  await sari.page.getByTestId("status-busy").check();
  await expect(row).toHaveAttribute("data-presence", "here");
  await sari.page.close();
  await expect(row).toHaveAttribute("data-presence", "away");
});

test("without the line the board says how old it is", async ({ supervisor }) => {
  const ratna = await supervisor();
  await expect(ratna.page.getByTestId("board-waiting")).toHaveCount(3);
  await expect(ratna.page.getByTestId("board-stale")).toHaveCount(0);
  await ratna.page.context().setOffline(true);
  await expect(ratna.page.getByTestId("board-stale")).toBeVisible();
  await ratna.page.context().setOffline(false);
  await expect(ratna.page.getByTestId("board-stale")).toHaveCount(0);
});

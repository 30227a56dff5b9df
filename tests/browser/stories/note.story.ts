// What stands in a field of the desk when the talk ends, and what a button that waits looks like.
import { expect, test } from "./people";
import { words } from "./words";

test("the client ends while a note is not saved: it stays, to be copied", async ({ chat }) => {
  const [rina, desk] = await chat();
  await desk.page.getByTestId("note").fill("anak ada di rumah nenek");
  await rina.end();
  await expect(desk.front.getByText(words("reason.end.client_ended"))).toBeVisible();
  await expect(desk.page.getByTestId("note")).toHaveCount(0);
  await expect(desk.page.getByTestId("unsaved-note")).toHaveText("anak ada di rumah nenek");
});

test("a button that cannot be pressed looks the same under the mouse", async ({ counselor }) => {
  const { page } = await counselor();
  const claim = page.getByTestId("claim");
  await expect(claim).toBeDisabled();
  const look = (): Promise<readonly string[]> =>
    claim.evaluate((button) => {
      const { color, backgroundColor, borderColor } = getComputedStyle(button);
      return [color, backgroundColor, borderColor];
    });
  const calm = await look();
  await claim.hover({ force: true });
  expect(await look()).toEqual(calm);
  // Busy, it stays in reach of keys and is disabled by word only.
  await claim.evaluate((button) => {
    button.removeAttribute("disabled");
    button.setAttribute("aria-disabled", "true");
  });
  await expect.poll(look).toEqual(calm);
});

// A service that is not meant for real people says so over every page, in the page's language.
import { open } from "./client";
import { expect, test } from "./people";
import { BAND } from "./states";

const ID = BAND["TEDUH_NOTICE_BAND__ID"] ?? "";
const EN = BAND["TEDUH_NOTICE_BAND__EN"] ?? "";

test.use({ settings: BAND });

test("the band stands over the client's pages, from the first to the chat", async ({ client }) => {
  const rina = await client();
  const band = rina.page.getByRole("note").first();
  await expect(band).toHaveText(ID);
  await rina.page.getByTestId("language").click();
  await expect(band).toHaveText(EN);
  await rina.page.getByTestId("language").click();
  await rina.waitInLine();
  await expect(band).toHaveText(ID);
  await expect(band).toBeInViewport();
});

test("the band stands over the staff's pages", async ({ page, service, counselor }) => {
  await open(page, `${service.url}/staff`);
  await expect(page.getByRole("note").first()).toHaveText(ID);
  const sari = await counselor(0);
  await expect(sari.page.getByRole("note").first()).toHaveText(ID);
});

// The start of an organisation in browsers alone: the first admin, the ceremony, a supervisor with
// both groups, a counselor who gets the team's key; and what a hostile server would try.
import { expect, test } from "vitest";
import { fromB64u, systemRandom, toB64u, type Bytes } from "../../../src/lib/crypto/bytes.ts";
import { inviteIdHash, inviteText, newInvite } from "../../../src/lib/crypto/enrol.ts";
import { kemKid, newKemKeys } from "../../../src/lib/crypto/kem.ts";
import { newSigKeys } from "../../../src/lib/crypto/sign.ts";
import { makeStatement } from "../../../src/lib/crypto/statement.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import type { BadGroupBox, Role, StaffOrg } from "../../../src/lib/protocol/generated/wire.ts";
import {
  boxesForColleagues,
  giveUp,
  halfName,
  lackingGroups,
  makeGroup,
  openHalves,
  renewal,
  waitingGroups,
  waitingViews,
} from "../../../src/staff/flows/duties.ts";
import { isLongEnough, nameFrom, startEnrolment, totpUri } from "../../../src/staff/flows/enrol.ts";
import { openOrg, type Org } from "../../../src/staff/flows/org.ts";
import { checkWaiting, maySignRosters, nextRoster } from "../../../src/staff/flows/roster.ts";
import { startSigningIn, type Person } from "../../../src/staff/flows/sign_in.ts";
import { NO_PINS, pinned, type Pins, type Seen } from "../../../src/staff/session/pins.ts";
import { TestServer } from "./server.ts";

const PASSPHRASE = "pagi tadi hujan deras";

/** A browser with its own memory. */
class Browser {
  readonly server: TestServer;
  root: string | null = null;
  pins: Pins = NO_PINS;

  constructor(server: TestServer) {
    this.server = server;
  }

  readonly pin = (_: string, seen: Seen): Promise<void> => {
    this.pins = pinned(this.pins, seen);
    return Promise.resolve();
  };

  async enrol(invite: Bytes, email: string): Promise<void> {
    const { http } = this.server;
    const world = {
      http,
      verify: verifyHere,
      random: systemRandom,
      root: this.root,
      pin: this.pin,
    };
    const asked = { invite: inviteText(invite), email, name: "", passphrase: PASSPHRASE };
    await (await startEnrolment(world, asked)).finish("000000");
  }

  async signIn(email: string, passphrase = PASSPHRASE): Promise<Person> {
    const { http, orgId } = this.server;
    const world = { http, orgId: toB64u(orgId), pins: this.pins, pin: this.pin, now: Date.now };
    const { person } = await (await startSigningIn(world, email, passphrase)).totp("000000");
    return person;
  }
}

/** What a person's browser sees of the organisation. */
async function orgFor(server: TestServer, person: Person, root: Bytes | null): Promise<Org> {
  server.asking = { kemKid: toB64u(await kemKid(person.vault.keys.kem.pk)) };
  const view = await server.http.get<StaffOrg>("/api/staff/org");
  return openOrg(verifyHere, root, view, Date.now());
}

/** What a supervisor's browser does where groups are lacking. */
async function makeGroups(server: TestServer, org: Org, { vault }: Person): Promise<void> {
  for (const kind of lackingGroups(org)) {
    await server.http.post(
      "/api/staff/groups",
      await makeGroup(org, kind, vault.keys, systemRandom),
    );
  }
}

async function invited(server: TestServer, roles: Role[]): Promise<Bytes> {
  const invite = newInvite(systemRandom);
  server.invites.set(toB64u(await inviteIdHash(invite)), roles);
  return invite;
}

/** A service with its first admin signed into roster 1. */
async function begun() {
  const server = await TestServer.start();
  const browser = new Browser(server);
  await browser.enrol(await invited(server, ["admin"]), "admin@contoh.id");
  const admin = await browser.signIn("admin@contoh.id");
  const { rosterKey } = admin.vault.keys;
  if (rosterKey === null) throw new Error("an admin has a roster key");
  const root = await newSigKeys(systemRandom);
  const recovery = await newKemKeys(systemRandom);
  const payload = {
    ...{ org_id: toB64u(server.orgId), version: 1, roster_keys: [toB64u(rosterKey.pk)] },
    ...{ code_params: [{ m: 64, t: 1, p: 1 }], org_salt: toB64u(systemRandom(16)), former: [] },
    ...{ recovery_pk: toB64u(recovery.pk), opaque_pk: server.opaquePk },
  };
  server.orgkeys = await makeStatement("orgkeys", payload, root);
  const sign = async (invites: Bytes[]): Promise<Org> => {
    const org = await orgFor(server, admin, root.pk);
    const keys = { ...admin.vault.keys, invites };
    const waiting = await checkWaiting(verifyHere, org, keys);
    const people = [...(org.current?.members ?? []), ...waiting];
    const supervisors = people.filter(({ roles }) => roles.includes("supervisor"));
    const groups = await waitingGroups(
      verifyHere,
      org,
      supervisors.map(({ sigPk }) => sigPk),
    );
    await server.http.put(
      "/api/staff/roster",
      await nextRoster(org, rosterKey, waiting, groups, Date.now()),
      "",
    );
    return orgFor(server, admin, root.pk);
  };
  await sign([]);
  const colleague = new Browser(server);
  colleague.root = toB64u(root.pk);
  return { server, browser, colleague, admin, root, sign };
}

test("from the first admin to a counselor who holds the team's key", async () => {
  const { server, colleague, admin, root, sign } = await begun();
  expect(maySignRosters(await orgFor(server, admin, root.pk), admin.vault.keys.rosterKey)).toBe(
    true,
  );

  const first = await invited(server, ["supervisor"]);
  await colleague.enrol(first, "ratna@contoh.id");
  const ratna = await colleague.signIn("ratna@contoh.id");
  expect(ratna.name).toBe("ratna");
  const before = await orgFor(server, ratna, root.pk);
  expect(lackingGroups(before)).toEqual(["team", "escalation"]);
  await makeGroups(server, before, ratna);
  expect(lackingGroups(await orgFor(server, ratna, root.pk))).toEqual([]);
  const second = await sign([first]);
  expect(second.current?.roster.version).toBe(2);
  expect(second.current?.roster.groups.map(({ kind }) => kind).sort()).toEqual([
    "escalation",
    "team",
  ]);

  const third = await invited(server, ["counselor"]);
  await colleague.enrol(third, "rini@contoh.id");
  const rini = await colleague.signIn("rini@contoh.id");
  await sign([third]);
  const seen = await orgFor(server, ratna, root.pk);
  const { halves } = await openHalves(seen, ratna.vault.keys.kem);
  const boxes = await boxesForColleagues(seen, halves, systemRandom);
  const own = toB64u(await kemKid(rini.vault.keys.kem.pk));
  expect(boxes.filter(({ rkid }) => rkid === own).map(({ kind }) => kind)).toEqual(["team"]);
  await server.http.post("/api/staff/group-boxes", boxes);
  const hers = await openHalves(await orgFor(server, rini, root.pk), rini.vault.keys.kem);
  expect(hers.wrong).toEqual([]);
  expect([...hers.halves.keys()]).toEqual([halfName("team", 1)]);

  await server.http.post(
    "/api/staff/renewals",
    await renewal(seen, ratna.vault.keys.sig, Date.now()),
  );
  expect((await orgFor(server, rini, root.pk)).validity?.state).toBe("valid");
});

test("keys that the server swapped are not signed", async () => {
  const { server, browser, colleague, admin, root } = await begun();
  const [one, two] = [await invited(server, ["counselor"]), await invited(server, ["counselor"])];
  await colleague.enrol(one, "rini@contoh.id");
  await colleague.enrol(two, "lain@contoh.id");
  server.swapKeys("rini@contoh.id", "lain@contoh.id");
  const org = await orgFor(server, admin, root.pk);
  const keys = { ...admin.vault.keys, invites: [one] };
  const waiting = await checkWaiting(verifyHere, org, keys);
  expect(waiting.map(({ genuine }) => genuine).sort()).toEqual(["bad", "unknown"]);
  expect(browser.pins.vaults[admin.staffId]).toBe(1);
});

test("groups of a supervisor who was never signed do not keep the next one from making them", async () => {
  const { server, colleague, admin, root, sign } = await begun();
  await colleague.enrol(await invited(server, ["supervisor"]), "pergi@contoh.id");
  const gone = await colleague.signIn("pergi@contoh.id");
  await makeGroups(server, await orgFor(server, gone, root.pk), gone);
  server.people.delete("pergi@contoh.id");
  // Nobody whom this admin signs has made them: that is never passed over in silence.
  await expect(sign([])).rejects.toMatchObject({ rule: "G2" });

  const invite = await invited(server, ["supervisor"]);
  await colleague.enrol(invite, "ratna@contoh.id");
  const ratna = await colleague.signIn("ratna@contoh.id");
  await makeGroups(server, await orgFor(server, ratna, root.pk), ratna);
  const { current } = await sign([invite]);
  expect(current?.roster.groups.map(({ kind, gen }) => `${kind} ${String(gen)}`)).toEqual([
    "team 2",
    "escalation 2",
  ]);
  const { halves } = await openHalves(await orgFor(server, ratna, root.pk), ratna.vault.keys.kem);
  expect([...halves.keys()]).toEqual([halfName("team", 2), halfName("escalation", 2)]);
  expect(waitingViews(await orgFor(server, admin, root.pk))).toEqual([]);
});

test("groups made for a roster that was followed without them are made anew", async () => {
  const { server, colleague, root, sign } = await begun();
  const invite = await invited(server, ["supervisor"]);
  await colleague.enrol(invite, "ratna@contoh.id");
  const ratna = await colleague.signIn("ratna@contoh.id");
  const before = await orgFor(server, ratna, root.pk);
  // The admin signs while her browser makes them.
  await sign([invite]);
  await makeGroups(server, before, ratna);
  const after = await orgFor(server, ratna, root.pk);
  expect(waitingViews(after)).toEqual([]);
  await makeGroups(server, after, ratna);
  const { current } = await sign([]);
  expect(current?.roster.groups.map(({ gen }) => gen)).toEqual([2, 2]);
});

/** A group whose boxes were all spoiled on their way. */
function spoil(server: TestServer): void {
  const [team] = server.groups;
  if (team === undefined || team.boxes.length === 0) throw new Error("no box");
  team.boxes = team.boxes.map((one) => ({ ...one, ct: toB64u(fromB64u(one.ct).reverse()) }));
}

test("a group box that opens to another key is an alarm", async () => {
  const { server, colleague, root, sign } = await begun();
  const invite = await invited(server, ["supervisor"]);
  await colleague.enrol(invite, "ratna@contoh.id");
  const ratna = await colleague.signIn("ratna@contoh.id");
  const org = await orgFor(server, ratna, root.pk);
  await makeGroups(server, org, ratna);
  await sign([invite]);
  spoil(server);
  const { wrong } = await openHalves(await orgFor(server, ratna, root.pk), ratna.vault.keys.kem);
  expect(wrong.map(({ kind, generation }) => [kind, generation])).toEqual([["team", 1]]);
});

test("a group box that does not open is given up once, and a colleague makes it anew", async () => {
  const { server, colleague, root, sign } = await begun();
  const first = await invited(server, ["supervisor"]);
  await colleague.enrol(first, "ratna@contoh.id");
  const ratna = await colleague.signIn("ratna@contoh.id");
  await makeGroups(server, await orgFor(server, ratna, root.pk), ratna);
  await sign([first]);
  const second = await invited(server, ["counselor"]);
  await colleague.enrol(second, "rini@contoh.id");
  const rini = await colleague.signIn("rini@contoh.id");
  await sign([second]);
  const seen = await orgFor(server, ratna, root.pk);
  const { halves } = await openHalves(seen, ratna.vault.keys.kem);
  const boxes = await boxesForColleagues(seen, halves, systemRandom);
  await server.http.post("/api/staff/group-boxes", boxes);
  spoil(server);

  const posted: BadGroupBox[] = [];
  const told = new Set<string>();
  const look = async (): Promise<Org> => {
    const org = await orgFor(server, rini, root.pk);
    const { wrong } = await openHalves(org, rini.vault.keys.kem);
    await giveUp(wrong, told, (bad) => {
      posted.push(bad);
      return server.http.post("/api/staff/group-boxes/bad", bad);
    });
    return org;
  };
  const spoiled = server.groups.map((made) => [...made.boxes]);
  await look();
  expect(posted).toEqual([{ kind: "team", generation: 1 }]);
  // The same box once more, as a server would show it that did not listen.
  server.groups.forEach((made, i) => (made.boxes = [...(spoiled[i] ?? [])]));
  await look();
  expect(posted.length).toBe(1);

  server.asking = { kemKid: toB64u(await kemKid(rini.vault.keys.kem.pk)) };
  await server.http.post("/api/staff/group-boxes/bad", posted[0]);
  await server.http.post("/api/staff/group-boxes", boxes);
  const hers = await openHalves(await orgFor(server, rini, root.pk), rini.vault.keys.kem);
  expect(hers.wrong).toEqual([]);
  expect([...hers.halves.keys()]).toEqual([halfName("team", 1)]);
});

test("a wrong passphrase opens nothing, and an older vault is an alarm", async () => {
  const { browser, admin } = await begun();
  await expect(browser.signIn("admin@contoh.id", "salah salah salah salah")).rejects.toMatchObject({
    rule: "O2",
  });
  browser.pins = pinned(browser.pins, { vault: { staffId: admin.staffId, version: 7 } });
  await expect(browser.signIn("admin@contoh.id")).rejects.toMatchObject({ alarm: "rolled_back" });
});

test("another server's key stops the sign-in", async () => {
  const { browser } = await begun();
  browser.pins = { ...browser.pins, opaquePk: systemRandom(32) };
  await expect(browser.signIn("admin@contoh.id")).rejects.toMatchObject({ rule: "O3" });
});

test("a mistyped invite never leaves the browser", async () => {
  const { colleague, server } = await begun();
  const { http } = server;
  const world = { http, verify: verifyHere, random: systemRandom, root: null, pin: colleague.pin };
  const asked = { invite: "ABC", email: "a@contoh.id", name: "", passphrase: PASSPHRASE };
  await expect(startEnrolment(world, asked)).rejects.toThrow(RangeError);
});

test("a passphrase has four words or fourteen characters", () => {
  expect(isLongEnough("a b c d")).toBe(true);
  expect(isLongEnough("empatbelashuru")).toBe(true);
  expect(isLongEnough("tiga kata saja")).toBe(true);
  expect(isLongEnough("pendek")).toBe(false);
});

test("the code app gets an address that it can read", () => {
  expect(totpUri("rini+a@contoh.id", "ABC")).toBe(
    "otpauth://totp/Teduh:rini%2Ba%40contoh.id?secret=ABC&issuer=Teduh",
  );
  const asked = { invite: "", email: "rini@contoh.id", passphrase: "", name: " Rini A. " };
  expect(nameFrom(asked)).toBe("Rini A.");
  expect(nameFrom({ ...asked, name: " " })).toBe("rini");
});

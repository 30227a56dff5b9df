// A visit from its first word to its end, against a server in memory and a counselor with real keys.
import { beforeEach, expect, test } from "vitest";
import { systemRandom, toB64u } from "../../../src/lib/crypto/bytes.ts";
import { RTYPE } from "../../../src/lib/crypto/record.ts";
import { settled } from "../../../src/lib/realtime/fake-server.ts";
import { SKIPPED } from "../../../src/lib/state/intake.ts";
import { Browser, NOW } from "./browser.ts";
import { testOrganisation } from "./organisation.ts";
import { TestService } from "./service.ts";

let service: TestService;
let her: Browser;

beforeEach(async () => {
  const org = await testOrganisation(systemRandom, NOW);
  let time = NOW;
  service = new TestService(org, systemRandom, () => (time += 1));
  her = new Browser(service);
});

test("she waits, writes, is taken, is answered, and sees what was read", async () => {
  await her.waiting();
  expect(her.talk?.session?.place).toBe(3);
  her.visit.write("halo\n  dua spasi");
  await expect.poll(() => her.said).toEqual(["client stored: halo\n  dua spasi"]);
  expect(await service.texts()).toEqual(["halo\n  dua spasi"]);

  await service.claim("Rini");
  await service.say("Saya di sini.");
  await expect.poll(() => her.said[1]).toBe("counselor stored: Saya di sini.");
  expect(her.notices).toEqual(["joined"]);
  expect(Object.values(her.talk?.names ?? {})).toEqual(["Rini"]);
  expect(her.talk?.teamReads).toBe(false);

  her.visit.write("terima kasih");
  await expect.poll(() => her.said[2]).toBe("client stored: terima kasih");
  expect(await service.texts()).toEqual(["Saya di sini.", "terima kasih"]);
  service.read();
  await expect.poll(() => her.said[2]).toBe("client read: terima kasih");
});

test("her consent and her answers go with the opening, and only level and language in clear", async () => {
  her.visit.open({ language: "en", level: 3, intake: { about: ["physical"], safe: "no" } });
  await expect.poll(() => her.talk?.line).toBe("open");
  expect(service.opening?.routing).toEqual({ language: "en", level: 3 });
  expect(service.opening?.messages.length).toBe(2);
});

test("what she writes before the line stands waits and is sent once", async () => {
  service.isReachable = false;
  her.visit.open({ language: "id", level: 0, intake: SKIPPED });
  her.visit.write("satu");
  her.visit.write("dua");
  await expect.poll(() => her.talk?.line).toBe("lost");
  service.isReachable = true;
  her.pass(1000);
  await expect.poll(() => her.said).toEqual(["client stored: satu", "client stored: dua"]);
  expect(await service.texts()).toEqual(["satu", "dua"]);
});

test("after a broken line the same bytes go out again, and are stored once", async () => {
  await her.waiting();
  service.refuse = "not_stored";
  her.visit.write("jangan hilang");
  await expect.poll(() => her.said).toEqual(["client not_stored: jangan hilang"]);
  service.isReachable = false;
  service.drop();
  await expect.poll(() => her.talk?.line).toBe("lost");
  service.isReachable = true;
  her.pass(30_000);
  await expect.poll(() => her.said).toEqual(["client stored: jangan hilang"]);
  const sent = service.received.flatMap((frame) => (frame.type === "send" ? [frame.envelope] : []));
  expect(sent.length).toBeGreaterThanOrEqual(2);
  expect(new Set(sent.map(({ c }) => c)).size).toBe(1);
  expect(await service.texts()).toEqual(["jangan hilang"]);
});

test("what was said while the line was down is there when it stands again", async () => {
  await her.waiting();
  await service.claim("Rini");
  service.drop();
  await service.say("Masih di sini?");
  her.pass(30_000);
  await expect.poll(() => her.said).toEqual(["counselor stored: Masih di sini?"]);
});

test("counselor gone: her browser opens the case to the team, and she is told", async () => {
  await her.waiting();
  await service.claim("Rini");
  her.visit.write("halo");
  await expect.poll(() => her.said).toEqual(["client stored: halo"]);
  service.change({ counselor_here: false });
  service.change({ reopen: "counselor_gone" });
  await expect.poll(() => her.talk?.session?.state).toBe("waiting");
  expect(her.notices).toEqual(["joined", "gone"]);
  expect(her.talk?.teamReads).toBe(true);
  expect(service.records.length).toBe(3);
  her.visit.write("siapa di sana");
  await expect.poll(() => her.said[1]).toBe("client stored: siapa di sana");
});

test("no box of the waiting case opens: her browser posts a new record, and she keeps her place", async () => {
  await her.waiting();
  service.change({ reopen: "bad_box", place: null });
  await expect.poll(() => service.records.length).toBe(2);
  await expect.poll(() => her.talk?.session?.reopen).toBe(null);
  const posted = service.received.flatMap((one) => (one.type === "reopen" ? [one.epoch] : []));
  expect(posted).toEqual([service.records[1]]);
  expect(her.notices).toEqual([]);
  her.visit.write("masih menunggu");
  await expect.poll(() => her.said).toEqual(["client stored: masih menunggu"]);
  expect(await service.texts()).toEqual(["masih menunggu"]);
});

test("a reopen that the server asks for while her line is down is posted when it stands again", async () => {
  await her.waiting();
  await service.claim("Rini");
  await expect.poll(() => her.talk?.session?.state).toBe("active");
  service.drop();
  service.change({ counselor_here: false, reopen: "counselor_gone" });
  her.pass(30_000);
  await expect.poll(() => her.talk?.session?.state).toBe("waiting");
  expect(her.talk?.teamReads).toBe(true);
  const posted = service.received.flatMap((one) => (one.type === "reopen" ? [one.epoch] : []));
  expect(posted).toEqual([service.records[2]]);
});

test("ended while her line was down: what she had written goes on with the case", async () => {
  await her.waiting();
  await service.claim("Rini");
  await expect.poll(() => her.talk?.session?.state).toBe("active");
  service.isReachable = false;
  service.drop();
  her.visit.write("dia pulang");
  service.change({ state: "ended", ended: "counselor" });
  service.isReachable = true;
  her.pass(30_000);
  await expect.poll(() => her.said).toEqual(["client stored: dia pulang"]);
  expect(her.talk?.session?.state).toBe("waiting");
  expect(await service.texts()).toEqual(["dia pulang"]);
});

test("an end that she asks for offline comes after what she wrote; writing on cancels it", async () => {
  await her.waiting();
  await service.claim("Rini");
  service.isReachable = false;
  service.drop();
  her.visit.write("satu");
  her.visit.end();
  expect(her.talk?.ending).toBe(true);
  service.isReachable = true;
  her.pass(30_000);
  await expect.poll(() => her.talk?.session?.ended).toBe("client");
  expect(her.talk?.ending).toBe(false);
  expect(her.said).toEqual(["client stored: satu"]);

  const other = new Browser(new TestService(service.org, systemRandom, () => NOW));
  await other.waiting();
  other.service.isReachable = false;
  other.service.drop();
  other.visit.end();
  other.visit.write("masih di sini");
  expect(other.talk?.ending).toBe(false);
  other.service.isReachable = true;
  other.pass(30_000);
  await expect.poll(() => other.said).toEqual(["client stored: masih di sini"]);
  expect(other.talk?.session?.state).toBe("waiting");
});

test("counselor gave it back: she is told the same, and nothing is posted", async () => {
  await her.waiting();
  await service.claim("Rini");
  await expect.poll(() => her.talk?.session?.state).toBe("active");
  service.change({
    state: "waiting",
    place: 1,
    again: true,
    counselor: null,
    counselor_here: false,
  });
  await expect.poll(() => her.notices).toEqual(["joined", "given_back"]);
  expect(service.received.some(({ type }) => type === "reopen")).toBe(false);
});

test("a supervisor opens, joins and leaves: she is told each, and who speaks", async () => {
  await her.waiting();
  await service.claim("Rini");
  await service.say("Saya di sini.");
  service.opened("danger");
  await service.join("Dewi");
  await service.say("Saya ikut membantu.", service.org.supervisor);
  await expect.poll(() => her.said[1]).toBe("supervisor stored: Saya ikut membantu.");
  expect(her.notices).toEqual(["joined", "opened", "came"]);
  expect(Object.values(her.talk?.names ?? {})).toEqual(["Rini", "Dewi"]);
  expect(her.talk?.readers.length).toBe(2);
  her.visit.write("terima kasih");
  await expect.poll(() => her.said[2]).toBe("client stored: terima kasih");
  await service.leave();
  await expect.poll(() => her.notices).toEqual(["joined", "opened", "came", "left"]);
  expect(her.talk?.readers).toEqual([service.org.counselor.id]);
});

test("a supervisor takes over while she writes: nobody is said to be gone, and all of it arrives", async () => {
  await her.waiting();
  await service.claim("Rini");
  await service.join("Dewi");
  for (const text of ["satu", "dua", "tiga"]) her.visit.write(text);
  await service.takeOver("Dewi");
  await expect
    .poll(() => her.messages.map(({ state }) => state).join())
    .toBe("stored,stored,stored");
  expect(her.messages.map(({ text }) => text)).toEqual(["satu", "dua", "tiga"]);
  expect(her.notices).toEqual(["joined", "came", "took_over"]);
  expect(her.talk?.session?.state).toBe("active");
  expect(service.received.some(({ type }) => type === "reopen")).toBe(false);
  expect(her.talk?.missing).toBe(false);
});

test("with the code she reads what supervisors did, each where it happened", async () => {
  await her.waiting();
  await service.claim("Rini");
  her.visit.write("satu");
  await expect.poll(() => her.said).toEqual(["client stored: satu"]);
  const code = await her.visit.code();
  await service.join("Dewi");
  await service.say("dua", service.org.supervisor);
  await service.leave();
  for (const text of ["tiga", "empat", "lima", "enam"]) await service.say(text);
  service.change({ state: "ended", ended: "counselor" });
  const other = new Browser(service);
  expect(await other.visit.comeBack(code)).toBeUndefined();
  await expect.poll(() => other.messages.length).toBe(6);
  expect(
    other.talk?.entries.map((entry) => (entry.kind === "notice" ? entry.what : entry.text)),
  ).toEqual([...["joined", "satu", "came", "dua", "left", "tiga", "empat", "lima", "enam"]]);
});

test("a wrong box for the supervisors: nothing is sent, until the chat is opened to the team again", async () => {
  await her.waiting();
  await service.claim("Rini", RTYPE.escalation);
  await expect.poll(() => her.talk?.isSpoiled).toBe(true);
  her.visit.write("belum terkirim");
  await settled();
  expect(service.received.some(({ type }) => type === "send")).toBe(false);
  service.change({ counselor_here: false, reopen: "counselor_gone" });
  await expect.poll(() => her.said).toEqual(["client stored: belum terkirim"]);
  expect(her.talk).toMatchObject({ isSpoiled: false, teamReads: true, halt: undefined });
  expect(await service.texts()).toEqual(["belum terkirim"]);
  expect(service.received.filter(({ type }) => type === "reopen").length).toBe(1);
});

test("given back with a wrong box for the team: her browser posts a record that the team can open", async () => {
  await her.waiting();
  await service.claim("Rini");
  await service.giveBack(RTYPE.team);
  await expect.poll(() => service.records.length).toBe(4);
  await expect.poll(() => her.talk?.isSpoiled).toBe(false);
  her.visit.write("masih menunggu");
  await expect.poll(() => her.said).toEqual(["client stored: masih menunggu"]);
  expect(await service.texts()).toEqual(["masih menunggu"]);
});

test("her own box does not open: nothing is sent, and she is told that a key does not fit", async () => {
  await her.waiting();
  const code = await her.visit.code();
  service.drop();
  await service.claim("Rini", RTYPE.client);
  her.pass(30_000);
  await expect.poll(() => her.talk?.halt).toBe("box");
  her.visit.write("tidak terkirim");
  await settled();
  expect(service.received.some(({ type }) => type === "send")).toBe(false);
  expect(await new Browser(service).visit.comeBack(code)).toBe("box");
});

test("what was on its way when the counselor came goes under the new key, in order", async () => {
  await her.waiting();
  her.visit.write("satu");
  her.visit.write("dua");
  her.visit.write("tiga");
  await service.claim("Rini");
  await expect
    .poll(() => her.said.map((line) => line.replace(/^.*?: /, "")))
    .toEqual([...["satu", "dua", "tiga"]]);
  await expect.poll(() => her.messages.every(({ state }) => state === "stored")).toBe(true);
  expect(her.talk?.missing).toBe(false);
});

test("danger is said only once it is stored", async () => {
  await her.waiting();
  service.isReachable = false;
  service.drop();
  her.visit.raise();
  await expect.poll(() => her.talk?.danger).toBe("sending");
  service.isReachable = true;
  her.pass(30_000);
  await expect.poll(() => her.talk?.danger).toBe("stored");
  expect(service.session?.level).toBe(3);
});

test("each press has an id of its own, under which it is asked for until it is answered", async () => {
  await her.waiting();
  const presses = (): string[] =>
    service.received.flatMap((frame) => (frame.type === "raise_level" ? [frame.raise_id] : []));
  her.visit.raise();
  await expect.poll(() => her.talk?.danger).toBe("stored");
  service.loses = "raise_level";
  her.visit.raise();
  await expect.poll(() => presses().length).toBe(2);
  her.pass(30_000);
  await expect.poll(() => her.talk?.danger).toBe("stored");
  const [first, second, again] = presses();
  expect(second).not.toBe(first);
  expect(again).toBe(second);
});

test("with the code another browser opens everything; the first one is told", async () => {
  await her.waiting();
  await service.claim("Rini");
  for (const text of ["satu", "dua", "tiga", "empat"]) her.visit.write(text);
  await expect.poll(() => her.said.length).toBe(4);
  await expect.poll(() => her.said[3]).toBe("client stored: empat");
  const code = await her.visit.code();
  expect(code).toMatch(/^[0-9]{20}$/);
  expect(her.talk?.code).toBe("stored");
  service.change({ state: "ended", ended: "client" });

  const other = new Browser(service);
  expect(await other.visit.comeBack("0".repeat(20))).toBe("unknown");
  expect(await other.visit.comeBack(code)).toBeUndefined();
  await expect
    .poll(() => other.messages.map(({ text }) => text))
    .toEqual([...["satu", "dua", "tiga", "empat"]]);
  expect(other.talk?.missing).toBe(false);
  await expect.poll(() => her.talk?.halt).toBe("elsewhere");

  other.visit.write("saya kembali");
  await expect.poll(() => other.said[4]).toBe("client stored: saya kembali");
  expect(other.talk?.session?.state).toBe("waiting");
  expect(await service.texts()).toEqual(["saya kembali"]);
  expect(other.talk?.missing).toBe(false);
});

test("asked for twice while it is made, the code is one: the digits shown are the ones stored", async () => {
  await her.waiting();
  const [first, second] = await Promise.all([her.visit.code(), her.visit.code()]);
  expect(second).toBe(first);
  expect(service.codesPut).toBe(1);
  const other = new Browser(service);
  expect(await other.visit.comeBack(first)).toBeUndefined();
});

test("a code that could not be stored is put again, the same one", async () => {
  await her.waiting();
  service.isReachable = false;
  await expect(her.visit.code()).rejects.toThrow();
  expect(her.talk?.code).toBe("failed");
  service.isReachable = true;
  const digits = await her.visit.code();
  expect(await her.visit.code()).toBe(digits);
  expect(service.codesPut).toBe(1);
  expect(her.talk?.code).toBe("stored");
});

test("a changed message is said and not hidden", async () => {
  await her.waiting();
  await service.claim("Rini");
  service.drop();
  await service.say("asli");
  const last = service.messages[service.messages.length - 1];
  if (last?.envelope)
    last.envelope.c = last.envelope.c.replace(/^./, (c) => (c === "A" ? "B" : "A"));
  her.pass(30_000);
  await expect.poll(() => her.talk?.missing).toBe(true);
  expect(her.said).toEqual(["nobody stored: ?"]);
});

test("of a message that breaks a rule nothing is shown, and its greeting names nobody", async () => {
  await her.waiting();
  await service.claim("Rini");
  await service.say("asli");
  await expect.poll(() => her.said).toEqual(["counselor stored: asli"]);
  service.ctrs.clear();
  await service.say("ulangan");
  service.ctrs.clear();
  await service.hello("Bukan Rini");
  await expect.poll(() => her.said.length).toBe(3);
  expect(her.said.slice(1)).toEqual(["nobody stored: ?", "nobody stored: ?"]);
  expect(Object.values(her.talk?.names ?? {})).toEqual(["Rini"]);
  expect(her.talk?.missing).toBe(true);
});

test("a record that nobody signed stops everything", async () => {
  await her.waiting();
  service.drop();
  await service.claim("Rini");
  const forged = service.records[1];
  if (forged === undefined) throw new Error("unreachable");
  forged.sig = forged.sig.replace(/^./, (first) => (first === "A" ? "B" : "A"));
  her.pass(30_000);
  await expect.poll(() => her.talk?.halt).toBe("refused");
  her.visit.write("tidak terkirim");
  await settled();
  expect(service.received.some(({ type }) => type === "send")).toBe(false);
});

test("leaving tells the server at once, and nothing is shown after it", async () => {
  await her.waiting();
  const { talk } = her;
  her.visit.leave();
  expect(service.locked).toEqual([service.token]);
  service.drop();
  expect(her.talk).toBe(talk);
});

test("left while the code is tried, the case that opens after it is locked, not shown", async () => {
  await her.waiting();
  const digits = await her.visit.code();
  const other = new Browser(service);
  const coming = other.visit.comeBack(digits);
  other.visit.leave();
  await coming;
  expect(service.locked).toEqual([service.token, service.token]);
  expect(other.talk?.session).toBeUndefined();
});

test("another root is not trusted", async () => {
  const stranger = await testOrganisation(systemRandom, NOW);
  const { orgId } = service.org;
  Object.assign(service.org, { orgkeys: stranger.orgkeys });
  Object.assign(service.org.state, { orgkeys: stranger.orgkeys, org_id: toB64u(orgId) });
  her.visit.open({ language: "id", level: 0, intake: SKIPPED });
  await expect.poll(() => her.talk?.halt).toBe("refused");
  expect(service.opening).toBeUndefined();
});

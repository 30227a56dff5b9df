// `make test`: every check, one after the other, then one line with what passed and failed.
//
// Each stage streams its output. A stage that runs tests counts as many as it reports;
// a stage that only checks counts as one.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const web = `${root}web-client`;
const browser = `${root}tests/browser`;

/** Reads "passed" and "failed" out of a runner's own summary. */
const COUNTS = {
  nextest: (text) => count(text, /(\d+) passed/g, /(\d+) failed/g, /Summary \[.*/g),
  cargo: (text) => count(text, /(\d+) passed/g, /(\d+) failed/g, /test result: .*/g),
  vitest: (text) => count(text, /(\d+) passed/g, /(\d+) failed/g, /^\s*Tests .*/gm),
  playwright: (text) =>
    count(text, /(\d+) passed/g, /(\d+) failed/g, /^\s*\d+ (passed|failed).*/gm),
};

function count(text, passed, failed, summaries) {
  // Colours would split the words.
  const lines = (text.replace(/\u001b\[[0-9;]*m/g, "").match(summaries) ?? []).join("\n");
  const sum = (pattern) => [...lines.matchAll(pattern)].reduce((n, m) => n + Number(m[1]), 0);
  return { passed: sum(passed), failed: sum(failed) };
}

function run(command, cwd) {
  return new Promise((done) => {
    const child = spawn("bash", ["-c", command], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        text += chunk;
        process.stdout.write(chunk);
      });
    }
    child.on("close", (code) => done({ code: code ?? 1, text }));
  });
}

const hasNextest = (await run("cargo nextest --version >/dev/null 2>&1", root)).code === 0;

const STAGES = [
  { name: "web client: packages", command: "npm ci", cwd: web, vital: true },
  { name: "stories: packages", command: "npm ci", cwd: browser, vital: true },
  { name: "web client: build", command: "npm run --silent build", cwd: web, vital: true },
  { name: "web client: lint", command: "npm run --silent lint", cwd: web },
  { name: "web client: types", command: "npm run --silent check", cwd: web },
  { name: "stories: types", command: "npm run --silent check", cwd: browser },
  { name: "web client: unit tests", command: "npm test --silent", cwd: web, tests: "vitest" },
  { name: "rust: formatting", command: "cargo fmt --all --check", cwd: root },
  {
    name: "rust: lints",
    command: "cargo clippy --workspace --all-targets --locked -- -D warnings",
    cwd: root,
  },
  {
    name: "rust: documentation",
    command:
      "RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked --document-private-items",
    cwd: root,
  },
  hasNextest
    ? {
        name: "rust: tests",
        command: "cargo nextest run --workspace --locked --no-fail-fast",
        cwd: root,
        tests: "nextest",
      }
    : {
        name: "rust: tests",
        command: "cargo test --workspace --locked --no-fail-fast",
        cwd: root,
        tests: "cargo",
      },
  { name: "browser stories", command: "npm test --silent", cwd: browser, tests: "playwright" },
];

let passed = 0;
let failed = 0;
const broken = [];
for (const { name, command, cwd, tests, vital } of STAGES) {
  console.log(`\n=== ${name}`);
  const start = Date.now();
  const { code, text } = await run(command, cwd);
  const found = tests === undefined ? undefined : COUNTS[tests](text);
  // A runner that found no test, or stopped without a summary, has not passed.
  const ok = code === 0 && (found === undefined || found.passed > 0);
  passed += found?.passed ?? (ok ? 1 : 0);
  failed += ok ? 0 : Math.max(found?.failed ?? 0, 1);
  if (!ok) broken.push(name);
  console.log(
    `--- ${name}: ${ok ? "ok" : "FAILED"} (${((Date.now() - start) / 1000).toFixed(0)} s)`,
  );
  if (!ok && vital) break;
}

if (broken.length > 0) console.log(`\nFailed: ${broken.join("; ")}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

// Lets Lighthouse look at pages as a phone does. Reads from its input
// {browser, pages: [{name, url, cookie, categories}]}, writes one line of JSON for each page:
// {name, accessibility, performance, bytes, faults}; scores are 0–100, null for what was not asked for.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const CATEGORIES = ["accessibility", "performance"];
const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];

async function text(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

function score(result, category) {
  if (!result.categories[category]) return null;
  return Math.round((result.categories[category].score ?? 0) * 100);
}

function faults(result) {
  const named = Object.values(result.categories).flatMap((each) => each.auditRefs.filter((ref) => ref.weight > 0));
  return named
    .map((ref) => result.audits[ref.id])
    .filter((audit) => audit.score !== null && audit.score < 0.9)
    .map((audit) => `${audit.id} ${audit.displayValue ?? ""}`.trim());
}

async function look(browser, { name, url, cookie, categories = CATEGORIES }) {
  // A browser for each page: what one run leaves behind is no part of the next.
  const chrome = await launch({ chromePath: browser, chromeFlags: FLAGS, logLevel: "silent" });
  try {
    const extraHeaders = cookie ? { Cookie: cookie } : {};
    const options = { port: chrome.port, onlyCategories: categories, extraHeaders, logLevel: "silent" };
    const { lhr } = await lighthouse(url, options);
    const bytes = Math.round(lhr.audits["total-byte-weight"]?.numericValue ?? 0);
    const [accessibility, performance] = CATEGORIES.map((category) => score(lhr, category));
    const said = lhr.runtimeError ? [lhr.runtimeError.message] : faults(lhr);
    return { name, accessibility, performance, bytes, faults: said };
  } finally {
    await chrome.kill();
  }
}

const { browser, pages } = JSON.parse(await text(process.stdin));
for (const page of pages) console.log(JSON.stringify(await look(browser, page)));

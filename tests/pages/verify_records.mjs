// Read records from standard input, and write what the page's own script finds in each.
import { readFileSync } from "node:fs";
import { sha256, verify } from "../../loyalty/pages/static/verify-record.js";

const records = JSON.parse(readFileSync(0, "utf8"));
const found = [];
for (const record of records) found.push(await verify(record, sha256));
process.stdout.write(JSON.stringify(found));

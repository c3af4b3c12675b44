/** One measured validation, for data.ts: prints seconds, posts and the process's peak memory in bytes as JSON. */
import { validatePairs } from '../../src/data';

const started = performance.now();
let posts = 0;
for await (const { problem } of validatePairs(process.argv[2] as string)) {
  if (problem !== null) throw new Error(problem);
  posts++;
}
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ seconds, posts, peak: process.resourceUsage().maxRSS * 1024 }));

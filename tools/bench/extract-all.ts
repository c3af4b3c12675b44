/**
 * One measured pass over a whole data set and a second one from the cache, for extract.ts: prints JSON.
 *
 *   npx tsx tools/bench/extract-all.ts MVSA_DIR TEXT_MODEL IMAGE_MODEL [PAIRS]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMvsa } from '../../src/data';
import { bertExtractor, extractFeatures, resNet50Extractor } from '../../src/models';

const [directory, textModel, imageModel, count] = process.argv.slice(2) as [string, string, string, string?];
// Every row has a label under this rule.
const { pairs } = await openMvsa(directory, { labelRule: 'text' });
const posts = pairs.slice(0, count ? Number(count) : undefined);
const folder = await mkdtemp(join(tmpdir(), 'mvsa-extract-'));
try {
  const text = await bertExtractor(textModel);
  const image = await resNet50Extractor(imageModel);
  /** Memory at each tenth of the images, in MiB. */
  const memory: number[] = [];
  const pass = async () => {
    const started = performance.now();
    const features = await extractFeatures(posts, {
      text,
      image,
      cache: folder,
      onProgress: ({ stage, done, total }) => {
        if (stage === 'images' && total !== null && done >= (total * (memory.length + 1)) / 10) {
          memory.push(Math.round(process.memoryUsage.rss() / 2 ** 20));
        }
      },
    });
    const seconds = (performance.now() - started) / 1000;
    await features.close();
    return { seconds, size: features.size };
  };
  const first = await pass();
  const second = await pass();
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ posts: posts.length, first, second, memory, peak }));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/**
 * Asks a saved classifier about one post, or about each post of a file.
 *
 *   node --import tsx examples/predict.ts ./runs/demo/model --text "what a day" --image photo.jpg    2 seconds
 *   node --import tsx examples/predict.ts ./runs/demo/model --posts posts.csv     some hundred posts a second
 *
 * The model is what `npm run demo` or `npx mvsa-fusion train` leaves in OUT/model. Expected for one post, of which either half may be missing:
 * { id: '0', label: 'positive', score: 0.93, probabilities: { ... }, missing: [] }; for a file, the same as a line of JSON for each row
 * in posts.csv.answers.jsonl. `npx mvsa-fusion predict` is this with more options.
 */
import { parseArgs } from 'node:util';
import { selectBackend } from 'mvsa-fusion/backend';
import { predictFile, SentimentClassifier } from 'mvsa-fusion/classifier';

const string = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  options: { text: string, image: string, posts: string },
  allowPositionals: true,
});
const { text, image, posts } = values;
const [directory = './runs/demo/model'] = positionals;

await selectBackend();
const classifier = await SentimentClassifier.load(directory);

if (posts === undefined) {
  console.log(await classifier.predict({ ...(text && { text }), ...(image && { imagePath: image }) }));
} else {
  // A file of any size. Killed half-way, the same command goes on where the answers end.
  const { rows, failed } = await predictFile(classifier, posts, `${posts}.answers.jsonl`, {
    onProgress: ({ done, total }) => process.stderr.write(`\r${done} of ${total ?? '?'} rows`),
  });
  console.log(`\n${posts}.answers.jsonl: ${rows} rows, ${failed} of them without an answer`);
}
await classifier.dispose();

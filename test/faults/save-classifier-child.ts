/** Saves classifiers of one and of other classes over each other, again and again: save-classifier-child BACKEND ONE OTHER TARGET */
import { type BackendName, selectBackend } from '../../src/backend';
import { SentimentClassifier } from '../../src/classifier';

const [backend, one, other, target] = process.argv.slice(2) as [BackendName, string, string, string];
await selectBackend({ backend });
const both = [await SentimentClassifier.load(one), await SentimentClassifier.load(other)] as const;
process.stdout.write('ready\n');
for (let round = 0; ; round++) await both[round % 2 === 0 ? 0 : 1].save(target);

/** Loads a classifier in a process of its own and prints its answers: predict-child BACKEND MODEL POSTS */
import { type BackendName, selectBackend } from '../../src/backend';
import { SentimentClassifier } from '../../src/classifier';

const [backend, directory, posts] = process.argv.slice(2) as [BackendName, string, string];
await selectBackend({ backend });
const classifier = await SentimentClassifier.load(directory);
process.stdout.write(JSON.stringify(await classifier.predict(JSON.parse(posts))));

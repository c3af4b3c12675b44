/**
 * What it costs and gains to train with a missing half in mind: trains with several shares of `modalityDropout` and several seeds on one
 * split, and scores full posts, texts alone and images alone. docs/results.md shows its output.
 *
 *   node --import tsx tools/bench/modality-dropout.ts --data ./MVSA_Single --split clmlf-fold-1    12 trainings, 25 minutes on two cores
 *   node --import tsx tools/bench/modality-dropout.ts --sample 8000
 */
import { parseArgs } from 'node:util';
import { selectBackend } from 'mvsa-fusion/backend';
import { prepareTraining, SentimentClassifier } from 'mvsa-fusion/classifier';
import { type LabelledPost, openTrainingData } from 'mvsa-fusion/data';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    split: { type: 'string' },
    sample: { type: 'string' },
    rates: { type: 'string', default: '0,0.05,0.1,0.2' },
    seeds: { type: 'string', default: '1,2,3' },
    epochs: { type: 'string', default: '6' },
  },
});
const numbers = (list: string) => list.split(',').map(Number);

await selectBackend();
const { split, classNames } = await openTrainingData({
  ...(values.data && { data: values.data }),
  ...(values.split && { split: values.split }),
  ...(values.sample && { sample: Number(values.sample) }),
  sampleDirectory: 'runs/modality-dropout/sample',
  seed: 7,
});
const judged = split.test.length > 0 ? split.test : split.validation;
const prepared = await prepareTraining(split.train, { validation: split.validation, classNames });
const kinds = {
  full: judged,
  text: judged.map(({ imagePath: _, ...post }): LabelledPost => post),
  image: judged.map(({ text: _, ...post }): LabelledPost => post),
};
console.log(`${judged.length} posts judged; accuracy / macro-F1\n`);
console.log('rate   seed   full posts      text alone      image alone');
for (const rate of numbers(values.rates)) {
  const sums = new Map<string, number[]>();
  for (const seed of numbers(values.seeds)) {
    const classifier = await SentimentClassifier.train(prepared, {
      modalityDropout: rate,
      seed,
      epochs: Number(values.epochs),
    });
    const cells: string[] = [];
    for (const [kind, posts] of Object.entries(kinds)) {
      if (rate === 0 && kind !== 'full') continue;
      const { accuracy, macroF1 } = await classifier.evaluate(posts);
      sums.set(kind, [...(sums.get(kind) ?? []), accuracy, macroF1]);
      cells.push(`${accuracy.toFixed(3)} / ${macroF1.toFixed(3)}`);
    }
    console.log(`${String(rate).padEnd(6)} ${String(seed).padEnd(6)} ${cells.join('   ')}`);
    // The streams are shared; the model goes with the process.
    classifier.model.dispose();
  }
  const mean = (list: readonly number[], from: number) => {
    const some = list.filter((_, at) => at % 2 === from);
    return (some.reduce((sum, value) => sum + value, 0) / some.length).toFixed(3);
  };
  const means = [...sums.values()].map((list) => `${mean(list, 0)} / ${mean(list, 1)}`);
  console.log(`${String(rate).padEnd(6)} mean   ${means.join('   ')}\n`);
}

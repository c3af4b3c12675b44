import { spawn } from 'node:child_process';
import { access, cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SentimentClassifier } from '../../src/classifier';
import { createSampleMvsa } from '../../src/data';
import { loadModel } from '../../src/models';
import type { ExperimentResult } from '../../src/report';
import { toyBert, toyCnn } from '../models/extractors/toy-models';
import { bundleScript } from '../support/bundle-script';
import { useBackend } from '../support/use-backend';

const ROOT = resolve(import.meta.dirname, '../..');
const SAMPLE = ['--sample', '250', '--seed', '3'];
/** A model and images small enough to train in a moment. */
const SMALL = [...SAMPLE, '--dim', '16', '--heads', '2', '--image-size', '28'];

let folder = '';
let bundle = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'train-mvsa-'));
  await mkdir(join(folder, 'bundle'));
  bundle = await bundleScript(
    new URL('../../examples/train-mvsa.ts', import.meta.url),
    join(folder, 'bundle'),
  );
  await createSampleMvsa(join(folder, 'sample'), { pairs: 250, seed: 3 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Send = (signal: NodeJS.Signals) => void;

/** The directory for a run that finds {@link SAMPLE} written already. */
async function outWithSample(name: string): Promise<string> {
  const out = join(folder, name);
  await cp(join(folder, 'sample'), join(out, 'sample'), { recursive: true });
  return out;
}

/** Runs the example's bundle, or `program`; `onOutput` sees stderr as it grows and may send a signal. */
function runExample(
  options: readonly string[],
  onOutput?: (stderr: string, send: Send) => void,
  program: readonly string[] = [bundle],
): Promise<Finished> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [...program, ...options], {
      cwd: ROOT,
      // Hashes and tapped models of the toy models stay out of the user's own cache.
      env: { ...process.env, XDG_CACHE_HOME: join(folder, 'home-cache') },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      onOutput?.(stderr, (signal) => child.kill(signal));
    });
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

const readResult = async (out: string) =>
  JSON.parse(await readFile(join(out, 'result.json'), 'utf8')) as ExperimentResult;

describe('examples/train-mvsa.ts', () => {
  useBackend('wasm');
  test.each(['missing', 'empty', 'no labels file'])(
    '%s directory: one line, exit code 1, nothing written',
    async (kind) => {
      const data = join(folder, kind);
      const out = join(folder, `${kind}-out`);
      if (kind !== 'missing') await mkdir(data);
      if (kind === 'no labels file') await mkdir(join(data, 'data'));
      const { code, stdout, stderr } = await runExample(['--data', data, '--out', out]);
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain(data);
      await expect(access(out)).rejects.toThrow();
    },
  );

  test('an unknown option names the nearest, a wrong value what is allowed', async () => {
    expect((await runExample(['--epoch', '3'])).stderr).toContain('Did you mean --epochs?');
    const { code, stderr } = await runExample(['--sample', '200', '--fusion', 'sum']);
    expect(code).toBe(1);
    expect(stderr).toContain('Allowed choices are vision-guided, text-guided');
    expect((await runExample(['--sample', '200', '--auxiliary', 'x'])).stderr).toContain(
      'Expected a number of at least 0',
    );
  });

  test('--split takes a name, or 2 or 3 files', async () => {
    const run = (...split: string[]) =>
      runExample(['--sample', '200', '--out', join(folder, 'split'), '--quiet', '--split', ...split]);
    for (const split of [['one.txt'], ['1.txt', '2.txt', '3.txt', '4.txt']]) {
      const { code, stderr } = await run(...split);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^Error: .*2 or 3 files .*received ("one\.txt"|4: 1\.txt)/);
    }
  });

  test('a small run writes a result, a report and a model that loads', async () => {
    const out = join(folder, 'small');
    // Started as users start it, and with a sample of its own.
    const { code, stdout, stderr } = await runExample([...SAMPLE, '--epochs', '1', '--out', out], undefined, [
      '--import',
      'tsx',
      'examples/train-mvsa.ts',
    ]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/Test of \d+ posts/);
    const result = await readResult(out);
    expect(Object.keys(result).sort()).toEqual(
      [
        'backend',
        'baselines',
        'bestEpoch',
        'config',
        'dataset',
        'epochs',
        'stoppedBy',
        'test',
        'timing',
        'validation',
      ].sort(),
    );
    expect(result.bestEpoch).toBe(1);
    const matrix = result.test?.confusionMatrix.flat() ?? [];
    const tested = Object.values(result.dataset.splits.test ?? {}).reduce((sum, count) => sum + count, 0);
    expect(matrix.reduce((sum, count) => sum + count, 0)).toBe(tested);
    expect(result.baselines.majority.accuracy).toBeGreaterThan(0.3);
    expect(await readFile(join(out, 'report.html'), 'utf8')).toContain('<svg');
    expect((await readdir(out)).filter((name) => name.includes('.tmp'))).toEqual([]);
    const classifier = await SentimentClassifier.load(join(out, 'model'));
    // Texts are padded to the longest of their batch only.
    expect(classifier.model.inputs[0]?.shape).toEqual([null, null, 12]);
    expect(await classifier.predict({ text: 'what a day' })).toMatchObject({ missing: ['image'] });
    await classifier.dispose();
  });

  test('Ctrl-C keeps what was learnt and exits with 130', async () => {
    const out = await outWithSample('interrupted');
    let sent = false;
    const { code, stderr } = await runExample(
      [...SMALL, '--epochs', '500', '--patience', '500', '--out', out],
      (soFar, send) => {
        if (sent || !/epoch +2\/500 {2}loss/.test(soFar)) return;
        sent = true;
        send('SIGINT');
      },
    );
    expect(code).toBe(130);
    expect(stderr).toContain('--resume goes on from');
    const result = await readResult(out);
    expect(result.stoppedBy).toBe('signal');
    expect(result.epochs.length).toBeGreaterThanOrEqual(2);
    expect(result.test?.accuracy).toBeGreaterThan(0);
    await loadModel(join(out, 'model'));
  }, 180_000);

  test('a killed run goes on with --resume, and ends as one that was not', async () => {
    const out = await outWithSample('killed');
    const options = (directory: string) => [
      ...SMALL,
      ...'--epochs 5 --patience 5 --schedule linear --warmup 0.2 --clip-norm 1'.split(' '),
      ...'--weight-decay 0.01 --accumulate 2 --tensorboard --out'.split(' '),
      directory,
    ];
    // The checkpoint of the first epoch is certainly there when the second has ended.
    let killed = false;
    const first = await runExample(options(out), (stderr, send) => {
      if (killed || !stderr.includes('epoch 2/5  loss')) return;
      killed = true;
      send('SIGKILL');
    });
    expect(killed, first.stderr).toBe(true);
    await expect(access(join(out, 'result.json'))).rejects.toThrow();
    const refused = await runExample(options(out));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('Go on with --resume, or delete the directory');
    const changed = await runExample([...options(out), '--resume', '--learning-rate', '0.002']);
    expect(changed.code).toBe(1);
    expect(changed.stderr).toContain('learningRate: 0.001 in the checkpoint, 0.002 now');
    const resumed = await runExample([...options(out), '--resume']);
    expect(resumed.code, resumed.stderr).toBe(0);

    const straight = await outWithSample('straight');
    expect((await runExample(options(straight))).code).toBe(0);
    const [result, expected] = [await readResult(out), await readResult(straight)];
    expect(result.validation).toEqual(expected.validation);
    expect(result.test).toEqual(expected.test);
    expect(await readFile(join(out, 'model/weights.bin'))).toEqual(
      await readFile(join(straight, 'model/weights.bin')),
    );
    // Finished: nothing to resume, and one line for each step that counts.
    await expect(access(join(out, 'checkpoints'))).rejects.toThrow();
    const steps = async (directory: string) =>
      (await readFile(join(directory, 'logs/vision-guided.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string; globalStep: number; loss: number })
        .filter(({ type }) => type === 'step')
        .map(({ globalStep, loss }) => [globalStep, loss]);
    expect(await steps(out)).toEqual(await steps(straight));
    expect((await readdir(join(out, 'tensorboard/vision-guided'))).length).toBe(2);
  }, 180_000);

  describe('frozen models', () => {
    let text = '';
    let image = '';
    const cache = () => join(folder, 'features');
    beforeAll(async () => {
      text = await toyBert('bert-encoder-17.onnx', join(folder, 'bert'));
      image = await toyCnn('cnn-pool.onnx', join(folder, 'cnn'));
    });
    const sample = (out: string, ...more: string[]) =>
      [...SMALL, '--epochs', '1', '--cache', cache(), '--out', out].concat(more);
    /** Size and time of each file of the cache but locks, which come and go. */
    const cacheState = async () => {
      const names = (await readdir(cache(), { recursive: true })).sort();
      const states = await Promise.all(names.map((name) => stat(join(cache(), name))));
      return names.flatMap((name, at) => {
        const state = states[at];
        return state?.isFile() ? [`${name} ${state.size} ${state.mtimeMs}`] : [];
      });
    };

    test('both: trains on the cache, which a second run only reads', async () => {
      const out = await outWithSample('frozen');
      const frozen = ['--text-model', text, '--max-length', '7', '--image-model', image];
      const first = await runExample(sample(out, ...frozen));
      expect(first.code, first.stderr).toBe(0);
      const result = await readResult(out);
      expect(result.config.extractors).toMatchObject({
        text: { family: 'frozen', origin: { source: text }, tokens: 'sequence', extractor: { maxLength: 7 } },
        image: { family: 'frozen', origin: { source: image }, extractor: { transform: { crop: [17, 19] } } },
      });
      const classifier = await SentimentClassifier.load(join(out, 'model'));
      const { model } = classifier;
      expect(model.inputNames).toEqual(['tokens', 'paddingMask', 'regions', 'textPresent', 'imagePresent']);
      expect(model.inputs[0]?.shape).toEqual([null, null, 14]);
      expect(model.inputs[2]?.shape).toEqual([null, 25, 13]);
      expect(model.outputNames.map((name) => name.split('/')[0])).toEqual([
        'logits',
        'textLogits',
        'imageLogits',
      ]);
      await classifier.dispose();

      const before = await cacheState();
      expect(before.length).toBeGreaterThan(2);
      const again = await outWithSample('frozen-again');
      // The same posts in another place: features go by content.
      const second = await runExample(sample(again, ...frozen));
      expect(second.code, second.stderr).toBe(0);
      expect(await cacheState()).toEqual(before);
      expect((await readResult(again)).test).toEqual(result.test);
    }, 120_000);

    test.each(['text', 'image'] as const)(
      'frozen %s, pooled, beside a compact stream',
      async (stream) => {
        const out = await outWithSample(`mixed-${stream}`);
        const options =
          stream === 'text'
            ? ['--text-model', text, '--max-length', '7', '--tokens', 'pooled', '--pooling', 'mean']
            : ['--image-model', image, '--regions', 'pooled'];
        const { code, stderr } = await runExample(sample(out, ...options));
        expect(code, stderr).toBe(0);
        const { config, test: scores } = await readResult(out);
        expect(scores?.accuracy).toBeGreaterThan(0);
        expect(config.extractors).toMatchObject({
          text: stream === 'text' ? { family: 'frozen', tokens: 'pooled' } : { family: 'compact' },
          image: stream === 'image' ? { family: 'frozen', regions: 'pooled' } : { family: 'compact' },
        });
        const { inputNames } = await loadModel(join(out, 'model'));
        // The wide path reads the text itself: it has no place beside a frozen text model.
        expect(inputNames).toEqual(
          stream === 'text'
            ? ['tokens', 'paddingMask', 'image', 'textPresent', 'imagePresent']
            : ['gramIds', 'paddingMask', 'regions', 'wideIds', 'wideWeights', 'textPresent', 'imagePresent'],
        );
      },
      120_000,
    );

    test('an option without its frozen model, and a model that is not there, are errors', async () => {
      const out = join(folder, 'none');
      const useless = await runExample(sample(out, '--regions', 'pooled'));
      expect(useless.code).toBe(1);
      expect(useless.stderr).toContain('expected a frozen imageModel beside regions, received compact');
      await expect(access(out)).rejects.toThrow();
      const missing = await runExample(sample(out, '--text-model', './no-such-model'));
      expect(missing.code).toBe(1);
      expect(missing.stderr).toContain('./no-such-model: expected a folder');
    });
  });
});

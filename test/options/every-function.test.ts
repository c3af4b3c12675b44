import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import * as backend from '../../src/backend';
import * as classifier from '../../src/classifier';
import * as data from '../../src/data';
import { OptionError } from '../../src/errors';
import * as layers from '../../src/layers';
import * as metrics from '../../src/metrics';
import * as models from '../../src/models';
import * as onnx from '../../src/onnx';
import * as options from '../../src/options';
import * as report from '../../src/report';
import * as safetensors from '../../src/safetensors';
import * as training from '../../src/training';

const ENTRIES: Readonly<Record<string, object>> = {
  backend,
  classifier,
  data,
  layers,
  metrics,
  models,
  onnx,
  options,
  report,
  safetensors,
  training,
};

/** An argument that is looked at after the options. */
const LATER = undefined as never;
const IMAGE = { data: new Uint8Array(3), width: 1, height: 1 };
const LOGITS = { shape: [1, 3], rank: 2 } as never;
const LABELS = { shape: [1], rank: 1, dtype: 'int32' } as never;
const LABELLED = { size: 1, labels: { label: [0] }, batch: () => ({}) } as never;

/** A call of every public function that takes options, with these. */
const CALLS: Readonly<Record<string, (options: never) => unknown>> = {
  selectBackend: (one) => backend.selectBackend(one),

  predictFile: (one) => classifier.predictFile(LATER, 'absent.csv', 'absent.jsonl', one),
  prepareTraining: (one) => classifier.prepareTraining([], one),

  mvsaBatches: (one) => data.mvsaBatches([], one),
  prepareExamples: (one) => data.prepareExamples([], one),
  inspectImage: (one) => data.inspectImage('absent.jpg', one),
  perceptualHash: (one) => data.perceptualHash('absent.jpg', one),
  decodeImage: (one) => data.decodeImage('absent.jpg', one),
  readImage: (one) => data.readImage('absent.jpg', one),
  resizeImage: (one) => data.resizeImage(IMAGE, one),
  imageToFloat: (one) => data.imageToFloat(IMAGE.data, data.imageNetTransform, one),
  openMvsa: (one) => data.openMvsa('absent', one),
  openTrainingData: (one) => data.openTrainingData(one),
  openPosts: (one) => data.openPosts('absent', one),
  readPosts: (one) => data.readPosts('absent', one).next(),
  validatePairs: (one) => data.validatePairs('absent', one).next(),
  createSampleMvsa: (one) => data.createSampleMvsa('absent', one),
  auditSplit: (one) => data.auditSplit({ pairs: [] }, { train: [], validation: [] }, one),
  findDuplicates: (one) => data.findDuplicates([], one),
  readSplit: (one) => data.readSplit(LATER, 'absent', one),
  writeSplit: (one) => data.writeSplit('absent', 'absent', { train: [], validation: [] }, one),
  checkSplitClasses: (one) => data.checkSplitClasses({ train: [] }, one),
  kFoldPairs: (one) => data.kFoldPairs([], one),
  splitPairs: (one) => data.splitPairs([], one),
  normalizeText: (one) => data.normalizeText('text', one),

  embeddingBag: (one) => layers.embeddingBag(one),
  firstPosition: (one) => layers.firstPosition(one),
  imagePatches: (one) => layers.imagePatches(one),
  layerNorm: (one) => layers.layerNorm(one),
  maskedAveragePooling: (one) => layers.maskedAveragePooling(one),
  modalityStandIns: (one) => layers.modalityStandIns(one),
  positionEmbedding: (one) => layers.positionEmbedding(one),
  seededDropout: (one) => layers.seededDropout(one),
  visionGuidedCrossAttention: (one) => layers.visionGuidedCrossAttention(one),

  classificationReport: (one) => metrics.classificationReport([0], [0], one),
  cohenKappaScore: (one) => metrics.cohenKappaScore([0], [0], one),
  confusionMatrix: (one) => metrics.confusionMatrix([0], [0], one),
  confusionMatrixAccumulator: (one) =>
    metrics.confusionMatrixAccumulator({ numClasses: 3, ...(one as object) }),
  f1Score: (one) => metrics.f1Score([0], [0], { average: 'macro', ...(one as object) }),
  precisionScore: (one) => metrics.precisionScore([0], [0], { average: 'macro', ...(one as object) }),
  recallScore: (one) => metrics.recallScore([0], [0], { average: 'macro', ...(one as object) }),
  precisionRecallFscoreSupport: (one) => metrics.precisionRecallFscoreSupport([0], [0], one),
  bootstrapConfidenceInterval: (one) => metrics.bootstrapConfidenceInterval([0], [0], () => 0, one),
  pairedBootstrap: (one) => metrics.pairedBootstrap([0], [0], [0], () => 0, one),
  brierScoreLoss: (one) => metrics.brierScoreLoss([0], [[0.5, 0.5]], one),
  expectedCalibrationError: (one) => metrics.expectedCalibrationError([0], [[0.5, 0.5]], one),
  reliabilityCurve: (one) => metrics.reliabilityCurve([0], [[0.5, 0.5]], one),
  logLoss: (one) => metrics.logLoss([0], [[0.5, 0.5]], one),
  rocAucScore: (one) => metrics.rocAucScore([0, 1], [0.5, 0.7], one),

  compactImageEncoder: (one) => models.compactImageEncoder(one),
  compactTextEncoder: (one) => models.compactTextEncoder(one),
  wideTextClassifier: (one) => models.wideTextClassifier(one),
  fitCompactText: (one) => models.fitCompactText([], one),
  compactTextStream: (one) => models.compactTextStream(LATER, one),
  compactImageStream: (one) => models.compactImageStream(one),
  frozenTextStream: (one) => models.frozenTextStream(LATER, one),
  frozenImageStream: (one) => models.frozenImageStream(LATER, one),
  openStreams: (one) => models.openStreams(one),
  extractFeatures: (one) => models.extractFeatures([], one),
  openFeatureStore: (one) => models.openFeatureStore('absent', one),
  resolveModelFiles: (one) => models.resolveModelFiles('absent', one),
  imageExtractor: (one) => models.imageExtractor('absent', one),
  resNet50Extractor: (one) => models.resNet50Extractor('absent', one),
  bertExtractor: (one) => models.bertExtractor('absent', one),
  textExtractor: (one) => models.textExtractor('absent', one),
  fusionClassifier: (one) => models.fusionClassifier(one),
  crossAttend: (one) => models.crossAttend(LATER, LATER, one),
  multimodalModel: (one) => models.multimodalModel(one),
  saveModel: (one) => models.saveModel(LATER, 'absent', one),

  findFeatureOutputs: (one) => onnx.findFeatureOutputs(LATER, one),
  findImageOutputs: (one) => onnx.findImageOutputs(LATER, one),
  findTextOutputs: (one) => onnx.findTextOutputs(LATER, one),
  tapOutputs: (one) => onnx.tapOutputs('absent.onnx', 'other.onnx', {}, one),
  tappedModel: (one) => onnx.tappedModel('absent.onnx', {}, one),
  loadTransformersRuntime: (one) => onnx.loadTransformersRuntime(one),

  makeExperimentResult: (one) => report.makeExperimentResult(one),

  addFlags: (one) => options.addFlags(new Command(), {}, one),

  openRunFolder: (one) => training.openRunFolder('absent', one),
  openCheckpoints: (one) => training.openCheckpoints('absent', one),
  evaluate: (one) => training.evaluate(LATER, LABELLED, one),
  evaluateProbabilities: (one) => training.evaluateProbabilities([0], [[1, 0, 0]], one),
  predictProbabilities: (one) => training.predictProbabilities(LATER, LABELLED, one),
  probabilitiesFromTensor: (one) => training.probabilitiesFromTensor(LOGITS, one),
  jsonlLog: (one) => training.jsonlLog('absent.jsonl', one),
  progressBar: (one) => training.progressBar(one),
  tensorBoardLog: (one) => training.tensorBoardLog('absent', one),
  classificationLoss: (one) => training.classificationLoss(LOGITS, LABELS, one),
  createAdam: (one) => training.createAdam(one),
  parameterGroups: (one) => training.parameterGroups([], one),
  train: (one) => training.train(LATER, LABELLED, one),
};

/** Steps of a text are no options in the words of their message. */
const IN_OTHER_WORDS = ['normalizeText'];

describe('a misspelt option is refused by name', () => {
  test.each(Object.entries(CALLS))('%s', async (name, call) => {
    const error = await (async () => call({ mispelt: 1 } as never))().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    const { message } = error as OptionError;
    expect(message).toContain('received "mispelt"');
    if (!IN_OTHER_WORDS.includes(name)) expect(message).toContain(`${name}: expected options among`);
  });
});

test.each([
  ['SentimentClassifier.train', (one: never) => classifier.SentimentClassifier.train([], one)],
  ['SentimentClassifier.load', (one: never) => classifier.SentimentClassifier.load('absent', one)],
] as const)('%s refuses a misspelt option, too', async (name, call) => {
  await expect(call({ mispelt: 1 } as never)).rejects.toThrow(
    new RegExp(`^${name}: expected options among .*received "mispelt"`),
  );
});

describe('the calls above', () => {
  const source = resolve(import.meta.dirname, '../../src');
  const parse = (file: string) =>
    ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest).statements;

  /** What a file of re-exports gives, by the file in which it stands. */
  const exportsOf = (index: string): { file: string; names: string[] }[] =>
    parse(index)
      .filter(ts.isExportDeclaration)
      .flatMap(({ moduleSpecifier, exportClause }) => {
        const path = join(index, '..', (moduleSpecifier as ts.StringLiteral).text);
        const names = (exportClause as ts.NamedExports).elements.map(({ name }) => name.text);
        if (existsSync(`${path}.ts`)) return [{ file: `${path}.ts`, names }];
        return exportsOf(join(path, 'index.ts')).map(({ file, names: inner }) => ({
          file,
          names: inner.filter((name) => names.includes(name)),
        }));
      });

  const takesOptions = ({ parameters }: ts.FunctionDeclaration) => {
    const type = parameters.at(-1)?.type;
    if (type === undefined) return false;
    const words: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node)) words.push(node.text);
      ts.forEachChild(node, visit);
    };
    visit(type);
    return (
      ts.isTypeLiteralNode(type) || words.some((word) => /(Options|Args|Parts|Settings|Sizes)$/.test(word))
    );
  };

  const publicFunctions = Object.keys(ENTRIES).flatMap((entry) =>
    exportsOf(join(source, entry, 'index.ts')).flatMap(({ file, names }) =>
      parse(file)
        .filter(ts.isFunctionDeclaration)
        .filter(({ name }) => name !== undefined && names.includes(name.text)),
    ),
  );
  const namesOf = (functions: readonly ts.FunctionDeclaration[]) =>
    [...new Set(functions.map(({ name }) => name?.text as string))].sort();

  test('are of all public functions whose last parameter is of options', () => {
    expect(Object.keys(CALLS).sort()).toEqual(namesOf(publicFunctions.filter(takesOptions)));
  });

  test('are looked for in every entry and every function', () => {
    const paths = JSON.parse(readFileSync(join(source, '../package.json'), 'utf8')).exports as object;
    const entries = Object.keys(paths).flatMap((path) => path.match(/^\.\/(\w+)$/)?.[1] ?? []);
    expect(Object.keys(ENTRIES).sort()).toEqual(entries.sort());

    const exported = Object.values(ENTRIES).flatMap((entry) => Object.entries(entry));
    const functions = exported.filter(
      ([, value]) => typeof value === 'function' && !String(value).startsWith('class'),
    );
    expect(namesOf(publicFunctions)).toEqual([...new Set(functions.map(([name]) => name))].sort());
  });
});

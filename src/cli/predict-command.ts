import { text as readAll } from 'node:stream/consumers';
import { Command } from 'commander';
import { BACKEND_OPTIONS, type SelectBackendOptions, selectBackend } from '../backend';
import {
  PREDICT_FILE_OPTIONS,
  type PredictFileOptions,
  type Prediction,
  SentimentClassifier,
} from '../classifier';
import { OptionError } from '../errors';
import { addFlags, type ReadFlags } from '../options';
import { answerFile, SOME_FAILED } from './predict/answer-file';

interface PredictOptions {
  readonly text?: string;
  readonly image?: string;
  readonly json: boolean;
  readonly posts?: string;
  readonly out?: string;
  readonly strict: boolean;
  readonly quiet: boolean;
}

const OF_A_POST = ['text', 'image', 'json'];
/** All others are of a file. */
const OF_BOTH = ['backend', 'quiet'];

const EXIT_CODES = `
Exit code 0: answered; rows of FILE that could not be are counted on stderr and have { id, error } as their line.
Exit code 1: an error, such as a full disk. Exit code ${SOME_FAILED}: with --strict, some rows could not be answered.
Exit code 130: interrupted. After a kill, an error or an interruption the same command goes on where the answers end.`;

/** `mvsa-fusion predict MODEL_DIR`: what one post expresses, or each of a file of posts. */
export function predictCommand(): Command {
  const command = new Command('predict')
    .description(
      'Tells what posts express, by a saved classifier: one post, or a file of as many as there are.',
    )
    .usage('[options] <model-dir>')
    .argument('<model-dir>', 'the folder that the command train or classifier.save() wrote')
    .option('--text <text>', 'the text of one post; - reads it from stdin')
    .option('--image <file>', 'the image of one post')
    .option('--json', 'print the answer as a line of JSON', false)
    .option('--posts <file>', 'answer the posts of a CSV file or of JSON lines; needs --out')
    .option('--out <file>', 'where their answers go: a line of JSON for each row, in their order');
  const { label: _, ...table } = PREDICT_FILE_OPTIONS;
  const fileFlags = addFlags<Omit<PredictFileOptions, 'label'>>(command, table);
  const backendFlags = addFlags(command, BACKEND_OPTIONS);
  return command
    .option('--strict', `exit code ${SOME_FAILED} when some rows could not be answered`, false)
    .option('--quiet', 'no progress', false)
    .addHelpText('after', EXIT_CODES)
    .configureHelp({ helpWidth: 110 })
    .action((directory: string, options: PredictOptions) =>
      predict(directory, options, command, { file: fileFlags, backend: backendFlags }),
    );
}

async function predict(
  directory: string,
  options: PredictOptions,
  command: Command,
  flags: { readonly file: ReadFlags<PredictFileOptions>; readonly backend: ReadFlags<SelectBackendOptions> },
): Promise<void> {
  const { text, image, posts, out, json, strict, quiet } = options;
  checkFlags(options, command);
  await selectBackend(flags.backend(command.opts()));
  const classifier = await SentimentClassifier.load(directory);
  try {
    if (posts !== undefined && out !== undefined) {
      return await answerFile(classifier, posts, out, { ...flags.file(command.opts()), strict, quiet });
    }
    const prediction = await classifier.predict({
      ...(text !== undefined && { text: text === '-' ? await readAll(process.stdin) : text }),
      ...(image !== undefined && { imagePath: image }),
    });
    process.stdout.write(
      json ? `${JSON.stringify(prediction)}\n` : formatPrediction(prediction, classifier.classNames),
    );
  } finally {
    await classifier.dispose();
  }
}

/** @throws {@link OptionError} when it is neither one post nor a file with its output, or flags of the other stand beside it */
function checkFlags({ text, image, posts, out }: PredictOptions, command: Command): void {
  const isPost = text !== undefined || image !== undefined;
  if (!isPost && posts === undefined) {
    throw new OptionError(
      'predict: expected a post (--text, --image or both) or a file of posts (--posts FILE --out FILE), received neither.',
    );
  }
  const wrong = command.options.find((option) => {
    const name = option.attributeName();
    if (OF_BOTH.includes(name) || command.getOptionValueSource(name) !== 'cli') return false;
    return OF_A_POST.includes(name) === (posts !== undefined);
  });
  if (wrong) {
    throw new OptionError(
      posts === undefined
        ? `${wrong.long}: expected --posts FILE beside it, received one post. Leave it out.`
        : `${wrong.long}: expected one post beside it, received --posts ${posts}. Leave one of them out.`,
    );
  }
  if (posts !== undefined && out === undefined)
    throw new OptionError(`--posts ${posts}: expected --out FILE beside it, for the answers, received none.`);
}

/** An answer for people: the label, every class with its probability, and what the post lacked. */
function formatPrediction(
  { label, score, probabilities, missing }: Prediction,
  classNames: readonly string[],
): string {
  const width = Math.max(...classNames.map((name) => name.length));
  const lines = classNames.map((name) => `  ${name.padEnd(width)}  ${probabilities[name]?.toFixed(4)}`);
  const lacks =
    missing.length > 0 ? [`  answered without ${missing.map((half) => NAMES[half]).join(' and ')}`] : [];
  return `${[`${label} (${score.toFixed(4)})`, ...lines, ...lacks].join('\n')}\n`;
}

const NAMES = { text: 'a text', image: 'an image' } as const;

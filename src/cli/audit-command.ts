import { Command, InvalidArgumentError, Option } from 'commander';
import {
  auditSplit,
  findDuplicates,
  LABEL_RULES,
  type LabelRule,
  type MvsaVariant,
  openMvsa,
  readSplit,
  type SplitFiles,
  type TextEncoding,
} from '../data';
import { writeDatasetReport } from '../report';
import { createProgressLine } from '../training';
import { type Audit, formatAudit } from './audit/format-audit';

interface AuditOptions {
  readonly variant?: MvsaVariant;
  readonly labelRule: LabelRule;
  readonly textEncoding: 'auto' | TextEncoding;
  readonly split?: readonly string[];
  readonly nearImages: boolean;
  readonly decode: boolean;
  readonly keepFirst: boolean;
  readonly html?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `mvsa-fusion audit DIR`: what is in a data set, what is wrong with it, and what leaks through a split. */
export function auditCommand(): Command {
  return new Command('audit')
    .description(
      'Tells what is in an MVSA data set: labels by protocol, unusable files, encodings, copies, leaks of a split.',
    )
    .usage('[options] <dir>')
    .argument('[dir]', 'the folder with labelResultAll.txt and data/')
    .addOption(
      new Option('--variant <name>', 'which MVSA (default: what the labels file says)').choices([
        'single',
        'multiple',
      ]),
    )
    .addOption(
      new Option('--label-rule <name>', 'how a label is made of the annotations')
        .choices(LABEL_RULES)
        .default('merged'),
    )
    .addOption(
      new Option('--text-encoding <name>', 'of the text files')
        .choices(['auto', 'utf-8', 'gb18030'])
        .default('auto'),
    )
    .option(
      '--split <name|file...>',
      'audit a split: DIR/splits/NAME.{train,validation,test}.*, or 2 or 3 files',
    )
    .option('--no-near-images', 'compare image files only, not how images look (which decodes every image)')
    .option('--decode', 'decode every image in full to find damage in its middle', false)
    .option('--keep-first', 'pass over rows whose id came before, instead of an error', false)
    .addOption(new Option('--html <file>', 'also write the page of charts').argParser(nonEmpty))
    .option('--json', 'print JSON instead of text', false)
    .option('--quiet', 'no progress', false)
    .addHelpText(
      'after',
      '\nExit code 1: the data set cannot be read. Unusable posts are listed and are no error here.',
    )
    .configureHelp({ helpWidth: 110 })
    .action(audit);
}

function nonEmpty(value: string): string {
  if (value === '') throw new InvalidArgumentError('Expected the path of a file.');
  return value;
}

/** `--split` takes all that stands behind it, DIR too: without another DIR, that is the last of its values. */
function partArguments(
  dir: string | undefined,
  split: readonly string[],
  command: Command,
): { readonly directory: string; readonly split: readonly string[] } {
  if (dir !== undefined) return { directory: dir, split };
  const last = split.length > 1 ? split.at(-1) : undefined;
  if (last === undefined) {
    command.error("error: missing required argument 'dir'", { code: 'commander.missingArgument' });
  }
  return { directory: last, split: split.slice(0, -1) };
}

async function audit(dir: string | undefined, options: AuditOptions, command: Command): Promise<void> {
  const { directory, split: names } = partArguments(dir, options.split ?? [], command);
  const progress = createProgressLine();

  const dataset = await openMvsa(directory, {
    ...(options.variant && { variant: options.variant }),
    labelRule: options.labelRule,
    textEncoding: options.textEncoding,
    duplicateIds: options.keepFirst ? 'keep-first' : 'error',
    decodeImages: options.decode,
    // The audit is there to show them all.
    maxSkippedShare: 1,
  });
  const [name] = names;
  const split =
    name === undefined
      ? undefined
      : // How many files there are is for readSplit to check.
        await readSplit(dataset, names.length === 1 ? name : (names as SplitFiles));
  const duplicates = await findDuplicates(dataset.pairs, {
    images: options.nearImages ? 'near' : 'bytes',
    onProgress: (state) => options.quiet || progress.update(state),
  });
  progress.clear();

  const found = split && (await auditSplit(dataset, split, { duplicates }));
  const result: Audit = {
    directory,
    summary: dataset.summary({
      duplicates,
      ...(split && {
        split: {
          train: split.train,
          validation: split.validation,
          ...(split.test.length > 0 && { test: split.test }),
        },
      }),
    }),
    skipped: dataset.skipped,
    duplicates,
    split:
      found && split ? { ...found, missing: split.missing, labelMismatches: split.labelMismatches } : null,
  };
  if (options.html !== undefined) {
    console.error(await writeDatasetReport(options.html, directory, result.summary, found));
  }
  process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : formatAudit(result));
}

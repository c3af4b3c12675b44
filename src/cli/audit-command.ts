import { Command, InvalidArgumentError, Option } from 'commander';
import {
  auditSplit,
  findDuplicates,
  LABEL_RULES,
  type LabelledPost,
  POSTS_FILE_OPTIONS,
  type PostsFileOptions,
  readSplit,
  type SplitFiles,
  type SplittableDataset,
} from '../data';
import { addFlags, type ReadFlags } from '../options';
import { writeDatasetReport } from '../report';
import { createProgressLine } from '../training';
import { type Audit, formatAudit } from './audit/format-audit';
import { type AuditedOptions, openAudited } from './audit/open-audited';

interface AuditOptions extends AuditedOptions {
  readonly split?: readonly string[];
  readonly nearImages: boolean;
  readonly html?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `mvsa-fusion audit DIR|FILE`: what is in a data set, what is wrong with it, and what leaks through a split. */
export function auditCommand(): Command {
  const command = new Command('audit')
    .description(
      'Tells what is in an MVSA data set, or in a CSV file or JSON lines of your own: labels, unusable posts, copies, leaks of a split.',
    )
    .usage('[options] <dir|file>')
    .argument('[dir|file]', 'the folder with labelResultAll.txt and data/, or a file of posts')
    .addOption(
      new Option('--variant <name>', 'which MVSA (default: what the labels file says)').choices([
        'single',
        'multiple',
      ]),
    )
    .addOption(
      new Option('--label-rule <name>', 'how a label of MVSA is made of the annotations')
        .choices(LABEL_RULES)
        .default('merged'),
    )
    .addOption(
      new Option('--text-encoding <name>', 'of the text files of MVSA')
        .choices(['auto', 'utf-8', 'gb18030'])
        .default('auto'),
    );
  const columns = addFlags<PostsFileOptions>(command, POSTS_FILE_OPTIONS);
  return command
    .option(
      '--split <name|file...>',
      'audit a split: splits/NAME.{train,validation,test}.* in DIR, or beside FILE; or 2 or 3 files',
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
    .action((path: string | undefined, options: AuditOptions) => audit(path, options, command, columns));
}

function nonEmpty(value: string): string {
  if (value === '') throw new InvalidArgumentError('Expected the path of a file.');
  return value;
}

/** `--split` takes all that stands behind it, DIR or FILE too: without another, that is the last of its values. */
function partArguments(
  dir: string | undefined,
  split: readonly string[],
  command: Command,
): { readonly path: string; readonly split: readonly string[] } {
  if (dir !== undefined) return { path: dir, split };
  const last = split.length > 1 ? split.at(-1) : undefined;
  if (last === undefined) {
    command.error("error: missing required argument 'dir|file'", { code: 'commander.missingArgument' });
  }
  return { path: last, split: split.slice(0, -1) };
}

async function audit(
  dir: string | undefined,
  options: AuditOptions,
  command: Command,
  columns: ReadFlags<PostsFileOptions>,
): Promise<void> {
  const { path, split: names } = partArguments(dir, options.split ?? [], command);
  const progress = createProgressLine();

  const opened = await openAudited(path, options, columns(options), command);
  const dataset: SplittableDataset<LabelledPost> = opened;
  const [name] = names;
  const split =
    name === undefined
      ? undefined
      : // How many files there are is for readSplit to check.
        await readSplit(dataset, names.length === 1 ? name : (names as SplitFiles));
  const duplicates = await findDuplicates('pairs' in opened ? opened.pairs : opened.posts, {
    images: options.nearImages ? 'near' : 'bytes',
    onProgress: (state) => options.quiet || progress.update(state),
  });
  progress.clear();

  const found = split && (await auditSplit(dataset, split, { duplicates }));
  const counted = {
    duplicates,
    ...(split && {
      split: {
        train: split.train,
        validation: split.validation,
        ...(split.test.length > 0 && { test: split.test }),
      },
    }),
  };
  const result: Audit = {
    ...('pairs' in opened
      ? { directory: path, summary: opened.summary(counted) }
      : { file: path, summary: opened.summary(counted) }),
    classNames: opened.classNames,
    skipped: opened.skipped,
    duplicates,
    split:
      found && split ? { ...found, missing: split.missing, labelMismatches: split.labelMismatches } : null,
  };
  if (options.html !== undefined) {
    const summary = { ...result.summary, classNames: opened.classNames };
    console.error(await writeDatasetReport(options.html, path, summary, found));
  }
  process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : formatAudit(result));
}

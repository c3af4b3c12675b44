import type { Command } from 'commander';
import {
  type LabelRule,
  type MvsaDataset,
  type MvsaVariant,
  openMvsa,
  openPosts,
  POSTS_FILE_OPTIONS,
  type PostsFile,
  type PostsFileOptions,
  type TextEncoding,
} from '../../data';
import { isPostsFile } from '../../data/posts/rows/sniff-posts-file';
import { OptionError } from '../../errors';

/** What the command line says of the data. */
export interface AuditedOptions {
  readonly variant?: MvsaVariant;
  readonly labelRule: LabelRule;
  readonly textEncoding: 'auto' | TextEncoding;
  readonly decode: boolean;
  readonly keepFirst: boolean;
}

/** Flags that say something of MVSA alone. */
const MVSA_FLAGS = ['variant', 'labelRule', 'textEncoding'];
/** Flags that say something of a file alone. */
const FILE_FLAGS = Object.entries(POSTS_FILE_OPTIONS).map(([name, { flag = name }]) =>
  flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
);

/**
 * Opens what is to be audited: an MVSA folder, or a file of posts.
 *
 * @param columns the options of the file
 * @throws {@link OptionError} for a flag that says something of the other kind
 */
export async function openAudited(
  path: string,
  options: AuditedOptions,
  columns: PostsFileOptions,
  command: Command,
): Promise<MvsaDataset | PostsFile> {
  const isFile = await isPostsFile(path);
  const wrong = (isFile ? MVSA_FLAGS : FILE_FLAGS).find(
    (name) => command.getOptionValueSource(name) === 'cli',
  );
  if (wrong !== undefined) {
    const flag = command.options.find((option) => option.attributeName() === wrong)?.long ?? wrong;
    throw new OptionError(
      isFile
        ? `${flag}: expected an MVSA folder beside it, received the file ${path}. Leave it out.`
        : `${flag}: expected a CSV file or JSON lines beside it, received ${path}. Leave it out.`,
    );
  }
  const shared = {
    duplicateIds: options.keepFirst ? 'keep-first' : 'error',
    decodeImages: options.decode,
    // The audit is there to show them all.
    maxSkippedShare: 1,
  } as const;
  if (isFile) return openPosts(path, { ...columns, ...shared });
  return openMvsa(path, {
    ...(options.variant && { variant: options.variant }),
    labelRule: options.labelRule,
    textEncoding: options.textEncoding,
    ...shared,
  });
}

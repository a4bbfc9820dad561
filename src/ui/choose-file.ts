import type { ChosenFile } from './upload-state.ts';

/** Not yet in TypeScript's library, and not in every browser. */
interface WithFilePicker {
  showOpenFilePicker?(options: {
    readonly types: readonly {
      readonly description: string;
      readonly accept: Readonly<Record<string, readonly string[]>>;
    }[];
  }): Promise<readonly FileSystemFileHandle[]>;
}

interface WithPermission {
  requestPermission?(options: { readonly mode: 'read' }): Promise<PermissionState>;
}

interface WithHandle {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

const VIDEO_TYPES = { 'video/*': ['.mp4', '.mov', '.m4v', '.mkv', '.webm', '.y4m'] };

export const hasFilePicker = (): boolean => (window as WithFilePicker).showOpenFilePicker !== undefined;

/** The browser's own dialog, where it leaves a handle behind; undefined when the person closed it. */
export async function pickFile(): Promise<ChosenFile | undefined> {
  try {
    const [handle] =
      (await (window as WithFilePicker).showOpenFilePicker?.({
        types: [{ description: 'Videos', accept: VIDEO_TYPES }],
      })) ?? [];
    return handle === undefined ? undefined : { file: await handle.getFile(), handle };
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') return undefined;
    throw cause;
  }
}

/** What was dropped; undefined when it was no file. The handle has to be asked for before anything is awaited. */
export async function droppedFile(data: DataTransfer | null): Promise<ChosenFile | undefined> {
  const item = [...(data?.items ?? [])].find(({ kind }) => kind === 'file');
  const file = item?.getAsFile() ?? undefined;
  if (item === undefined || file === undefined) return undefined;
  const handle = await (item as DataTransferItem & WithHandle).getAsFileSystemHandle?.().catch(() => null);
  return { file, handle: handle?.kind === 'file' ? (handle as FileSystemFileHandle) : undefined };
}

/** The file behind a handle that was kept, once the person allows it; undefined when it cannot be had any more. */
export async function reopen(handle: FileSystemFileHandle): Promise<File | undefined> {
  try {
    const answer = await (handle as WithPermission).requestPermission?.({ mode: 'read' });
    return answer === undefined || answer === 'granted' ? await handle.getFile() : undefined;
  } catch {
    return undefined;
  }
}

import { useI18n } from 'vue-i18n';
import type { NodeDetails } from '../../shared/api/tree.ts';
import { useNodeDetails } from './useNodeDetails.ts';
import { useNodeForm } from './useNodeForm.ts';
import { toast } from './useToasts.ts';

/** The form of a node's settings. It is saved against the version that was read, so that nobody's change is lost, and then read anew. */
export function useNodeSettings<Values extends Record<string, string | number | boolean>>(
  nodeId: () => string,
  valuesOf: (node: NodeDetails | null) => Values,
) {
  const { t } = useI18n();
  const { node, error, read } = useNodeDetails(nodeId);
  const form = useNodeForm(() => valuesOf(node.value));

  /** Whether it was done; why not stands in the form. */
  async function change(work: (version: number) => Promise<void>): Promise<boolean> {
    const version = node.value?.version;
    if (version === undefined) return false;
    const isDone = await form.save(() => work(version));
    if (isDone) await read();
    return isDone;
  }

  async function save(work: (version: number) => Promise<void>): Promise<void> {
    if (await change(work)) toast(t('common.saved'));
  }

  /** Takes what somebody else saved meanwhile, and drops the own changes. */
  async function reload(): Promise<void> {
    await read();
    form.discard();
  }

  return { node, error, read, form, change, save, reload };
}

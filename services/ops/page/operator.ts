import { computed, signal } from '@preact/signals';
import { call } from './client/call.ts';
import type { Answer } from './client/wire.ts';

const key = 'inorder.operator';

const known = signal<Answer<'GetOperator'> | undefined>(undefined);
const given = signal(localStorage.getItem(key) ?? '');

/** Whether the reader may change something. Without it no view shows a button that does. */
export const canWrite = computed(() => known.value?.canWrite === true);

/** The subject of the token; empty where no tokens are required. */
export const tokenName = computed(() => known.value?.name ?? '');

/** The name under which changes are kept: the token's, otherwise the one that the reader gave. */
export const operatorName = computed(() => tokenName.value || given.value);

/** Keeps the name that the reader gives where no tokens are required. */
export const giveName = (name: string): void => {
  given.value = name;
  localStorage.setItem(key, name);
};

/** Asks ops who the reader is. Where ops cannot be reached, it is asked again until it answers. */
export const loadOperator = async (): Promise<void> => {
  known.value = await call('GetOperator', {}).catch(() => undefined);
  if (known.value === undefined) setTimeout(() => void loadOperator(), 2_000);
};

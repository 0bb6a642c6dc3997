import type { ComponentChildren, JSX, TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ServiceError } from '../../client/call-service.ts';
import { wordsOf } from '../../client/call.ts';
import { canWrite } from '../../operator.ts';
import { go } from '../../router.ts';

export interface Field {
  name: string;
  label: string;
  /** The type of an input; `select` needs options. */
  type?: 'text' | 'number' | 'date' | 'select';
  initial?: string;
  options?: readonly { value: string; text: string }[];
  hint?: ComponentChildren;
  /** How its value is written, e.g. `three capital letters`; said in place of a pattern that only programs read. */
  form?: string;
  /** Its paths in the request, where they are not its name. */
  paths?: readonly string[];
  /** It has a line of its own, so that what follows stands in pairs. */
  isWide?: boolean;
}

export type Values = Readonly<Record<string, string>>;

export interface OrderFormProps {
  title: string;
  /** What happens when it is sent, step by step. */
  then: readonly string[];
  fields: readonly Field[];
  submit: string;
  /** What stands beside the button that sends it. */
  beside?: ComponentChildren;
  /** Places the order and returns its id. */
  place: (values: Values, idempotencyKey: string) => Promise<string>;
  /** The service with which it is placed. */
  system: string;
  onChange?: (values: Values) => void;
  /** What was refused before it was sent, e.g. its price. */
  failure?: Failure | undefined;
  children?: ComponentChildren;
}

export interface Failure {
  words: string;
  /** The order that was saved although it was refused. */
  orderId?: string | undefined;
  fields: ReadonlyMap<string, string>;
}

const nothing: Failure = { words: '', fields: new Map() };

/**
 * A form that places an order and leads to its page. What is refused is said at its field. The idempotency key stays the
 * same until something is changed, so that pressing twice, or again after a lost answer, places one order.
 */
export const OrderForm = (props: OrderFormProps): JSX.Element => {
  const { title, fields, submit, children } = props;
  const key = useRef(crypto.randomUUID());
  const [ownFailure, setFailure] = useState(nothing);
  const failure = props.failure ?? ownFailure;
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    key.current = crypto.randomUUID();
  }, [fields.length]);
  const place = async (values: Values) => {
    setBusy(true);
    setFailure(nothing);
    try {
      const id = await props.place(values, key.current);
      go(addressOf(id, props.system));
    } catch (error) {
      setFailure(toFailure(error, fields));
    }
    setBusy(false);
  };
  const change = (event: Event) => {
    key.current = crypto.randomUUID();
    const form = event.currentTarget as HTMLFormElement;
    props.onChange?.(valuesOf(form));
  };
  const send = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!isBusy) void place(valuesOf(event.currentTarget));
  };
  return (
    <form class="order-form" onSubmit={send} onInput={change} noValidate aria-label={title}>
      <div class="card">
        <h2>{title}</h2>
        <div class="fields">
          {fields.map((field) => (
            <FormField key={field.name} field={field} failure={failure.fields.get(field.name)} />
          ))}
        </div>
        {children}
        <p role="alert" class="failure">
          {failure.words}{' '}
          {failure.orderId !== undefined && (
            <a href={addressOf(failure.orderId, props.system)}>Open order {failure.orderId}</a>
          )}
        </p>
        {canWrite.value ? (
          <div class="row-acts">
            {props.beside}
            <button class="primary" disabled={isBusy}>
              {isBusy ? 'Working …' : submit}
            </button>
          </div>
        ) : (
          <p class="note">Your token lets you look only.</p>
        )}
      </div>
      <Then steps={props.then} />
    </form>
  );
};

const addressOf = (orderId: string, system: string): string =>
  `/orders/${encodeURIComponent(orderId)}?system=${system}`;

const Then = ({ steps }: { steps: readonly string[] }): JSX.Element => (
  <section class="then">
    <h2>What happens then</h2>
    <ol>
      {steps.map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  </section>
);

const valuesOf = (form: HTMLFormElement): Values =>
  Object.fromEntries(
    [...new FormData(form)].flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value.trim()]] : [],
    ),
  );

/** What the service says of a field that the form has goes to the field, the rest above the button. */
export const toFailure = (error: unknown, fields: readonly Field[]): Failure => {
  if (!(error instanceof ServiceError)) return { words: wordsOf(error), fields: new Map() };
  const found = [...error.fields].flatMap(([path, words]) => {
    const field =
      fields.find(({ name, paths = [name] }) => paths.includes(path)) ??
      fields.find(({ name, paths = [name] }) => paths.some((each) => path.startsWith(`${each}[`)));
    return field === undefined ? [] : [[field.name, wordsFor(field, words)] as const];
  });
  return {
    words: found.length === 0 ? error.message : '',
    orderId: error.metadata['order_id'],
    fields: new Map(found),
  };
};

const wordsFor = ({ form }: Field, words: string): string =>
  form !== undefined && words.includes('regex pattern') ? `must be ${form}` : words;

const FormField = ({
  field,
  failure,
}: {
  field: Field;
  failure: string | undefined;
}): JSX.Element => {
  const { name, label, type = 'text', initial = '', options = [], isWide = false } = field;
  const hint = field.hint ?? field.form;
  const id = `field-${name}`;
  const common = {
    id,
    name,
    'aria-describedby': `${id}-says`,
    'aria-invalid': failure !== undefined,
  };
  return (
    <div class={`field ${isWide ? 'whole' : ''}`}>
      <label for={id}>{label}</label>
      {type === 'select' ? (
        <select {...common}>
          {options.map(({ value, text }) => (
            <option key={value} value={value} selected={value === initial}>
              {text}
            </option>
          ))}
        </select>
      ) : (
        <Input {...common} type={type} initial={initial} />
      )}
      <p id={`${id}-says`} class={failure === undefined ? 'note' : 'failure'}>
        {failure ?? hint}
      </p>
    </div>
  );
};

interface InputProps {
  id: string;
  name: string;
  type: 'text' | 'number' | 'date';
  initial: string;
  'aria-describedby': string;
  'aria-invalid': boolean;
}

/** A number is typed as text, because what is no number has to be refused in words. */
const Input = ({ type, initial, ...common }: InputProps): JSX.Element =>
  type === 'date' ? (
    <input {...common} type="date" defaultValue={initial} />
  ) : (
    <input
      {...common}
      type="text"
      inputMode={type === 'number' ? 'decimal' : 'text'}
      defaultValue={initial}
      autocomplete="off"
    />
  );

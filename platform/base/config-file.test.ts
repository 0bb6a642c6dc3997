import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfigFile } from './config-file.ts';

const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'config.yaml');
const read = (content: string) => {
  writeFileSync(file, content);
  return readConfigFile(file, ['PORT', 'URL', 'LIST', 'FLAG']);
};

test('values are the text that stands there, lists are comma-separated', () => {
  expect(read('PORT: 0080\nURL: http://a:1 # words\nLIST: [a, b]\nFLAG: true\n')).toEqual({
    PORT: '0080',
    URL: 'http://a:1',
    LIST: 'a,b',
    FLAG: 'true',
  });
});

test.each(['', '# only words\n'])('%j holds none', (content) => {
  expect(read(content)).toEqual({});
});

test('each unknown key is named, and each value that is none', () => {
  const faults = () => read('PROT: 1\nPORT: {a: 1}\nLIST: [[a]]\nURL: x\nurl: y\n');
  expect(faults).toThrow(
    [
      `The settings in CONFIG_FILE=${file} are wrong:`,
      '✖ PROT is not a setting of this process.',
      '✖ PORT must be one value, or a list of values.',
      '✖ LIST must be one value, or a list of values.',
      '✖ url is not a setting of this process.',
    ].join('\n'),
  );
});

test('what is not YAML is refused with its line, and without what stands there', () => {
  expect(() => read('PORT: 1\nURL: "secret\n')).toThrow(/it is not YAML \(\w+ in line \d\)\.$/);
  expect(() => read('PORT: 1\nPORT: 2\n')).toThrow('it is not YAML (DUPLICATE_KEY in line 2).');
  expect(() => read('just words')).toThrow('it must hold one setting a line');
  expect(() => read('- a\n- b\n')).toThrow('it must hold one setting a line');
});

test('a file that is not there is named', () => {
  expect(() => readConfigFile('/no/such.yaml', [])).toThrow(
    'CONFIG_FILE=/no/such.yaml are wrong:\nit cannot be read (ENOENT).',
  );
});

// SPDX-License-Identifier: Apache-2.0
// The reporter of node:test that tools/run-tests reads: flat TAP, one line a test, suites left out.
export default async function* tap(events) {
    let count = 0;
    for await (const {type, data} of events) {
        if (type !== 'test:pass' && type !== 'test:fail') continue;
        const error = data.details.error;
        if (data.details.type === 'suite' && type === 'test:pass') continue;
        if (error?.failureType === 'subtestsFailed') continue;
        count += 1;
        const skip = data.skip === undefined ? '' : ` # SKIP ${data.skip}`;
        const verdict = type === 'test:pass' ? 'ok' : 'not ok';
        yield `${verdict} ${count} - ${data.name}${skip}\n`;
        if (verdict === 'ok') continue;
        const cause = error?.cause ?? error;
        const text = String(cause?.stack ?? cause?.message ?? cause);
        yield text.split('\n').map((line) => `# ${line}\n`).join('');
    }
    yield `1..${count}\n`;
}

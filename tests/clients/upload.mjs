// node upload.mjs <address of a folder with its SAS> <number of bytes>: uploads, reads and lists by the Data Lake library.
import { createRequire } from "node:module";
import assert from "node:assert/strict";

const { DataLakeDirectoryClient, DataLakeFileSystemClient, AnonymousCredential } = createRequire(`${process.cwd()}/`)(
  "@azure/storage-file-datalake",
);
const [, , address, length] = process.argv;
const folder = new DataLakeDirectoryClient(address, new AnonymousCredential(), { retryOptions: { maxTries: 1 } });
const data = Buffer.alloc(Number(length), "0123456789abcdef");
const name = "noon report ø 漢字 +#%&=.csv";
const file = folder.getFileClient(name);
await file.upload(data, {
  chunkSize: 4 * 1024 * 1024,
  pathHttpHeaders: { contentType: "text/csv" },
  metadata: { Customer: "ABC" },
});
const properties = await file.getProperties();
assert.equal(properties.contentLength, data.length);
assert.equal(properties.contentType, "text/csv");
assert.ok((await file.readToBuffer()).equals(data));
if (data.length) assert.equal((await file.readToBuffer(0, 1)).toString(), "0");
const url = new URL(address);
const [account, system, ...path] = url.pathname.split("/").slice(1).map(decodeURIComponent);
const files = new DataLakeFileSystemClient(`${url.origin}/${account}/${system}${url.search}`, new AnonymousCredential());
const names = [];
for await (const one of files.listPaths({ path: path.join("/") })) names.push(one.name.split("/").pop());
assert.ok(names.includes(name));
await assert.rejects(folder.getFileClient("nope").getProperties(), (error) => error.statusCode === 404);
console.log("done");

/**
 * The container of a BackupStorageLocation of Azure (openshift 9.6).
 *
 * @module
 */

import type { HttpClient } from "../../http.ts";
import { ImageStoreError } from "../../store.ts";
import { parseEnv } from "../credentials/files.ts";
import { type CredentialSources, findCredentials } from "../credentials/find.ts";
import { accessToken } from "../credentials/oauth.ts";
import type { StorageLocation } from "../location.ts";
import type { ObjectStorage } from "../object_storage.ts";
import { type Credential, renewed } from "../renewed.ts";
import { type AzureCredential, createAzureStorage } from "./azure.ts";

/** How the services are reached. */
export interface AzureAccess extends CredentialSources {
  /** For the container. */
  readonly http: HttpClient;
  /** For what gives out credentials; it always verifies certificates. */
  readonly trusted: HttpClient;
}

interface Cloud {
  readonly storage: string;
  readonly login: string;
}

const PUBLIC: Cloud = { storage: "core.windows.net", login: "https://login.microsoftonline.com" };

/** By `AZURE_CLOUD_NAME` in lower case. */
const CLOUDS: Readonly<Record<string, Cloud>> = {
  "": PUBLIC,
  azurecloud: PUBLIC,
  azurepubliccloud: PUBLIC,
  azureusgovernment: { storage: "core.usgovcloudapi.net", login: "https://login.microsoftonline.us" },
  azureusgovernmentcloud: { storage: "core.usgovcloudapi.net", login: "https://login.microsoftonline.us" },
  azurechinacloud: { storage: "core.chinacloudapi.cn", login: "https://login.chinacloudapi.cn" },
};

/** What credentials say, wherever they were. */
export interface AzureSettings {
  readonly accountKey: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tenantId: string;
  /** A file with a token that stands for the client: workload identity. */
  readonly tokenFile: string;
  readonly cloud: string;
}

/** Opens the container. The credentials are read now, because they name the cloud. */
export async function openAzure(location: StorageLocation, access: AzureAccess): Promise<ObjectStorage> {
  const { namespace, name, bucket, config } = location;
  const { storageAccount: account, storageAccountURI } = config;
  if (account === undefined) {
    throw new ImageStoreError(
      `BackupStorageLocation ${namespace}/${name}: config.storageAccount is missing`,
      "refused",
    );
  }
  const { signal: _, ...sources } = access;
  const { settings } = await azureSettings(location, access);
  const cloud = cloudOf(settings.cloud);
  const uri = storageAccountURI ?? `${account}.blob.${cloud.storage}`;
  return createAzureStorage({
    account,
    container: bucket,
    endpoint: (uri.includes("://") ? uri : `https://${uri}`).replace(/\/+$/, ""),
    http: access.http,
    credential: renewed(async () => {
      const { settings, from } = await azureSettings(location, sources);
      return await credentialOf(settings, from, config.activeDirectoryAuthorityURI ?? cloud.login, access);
    }),
  });
}

/** The credentials of a location (openshift T13.10.17). */
export async function azureSettings(
  location: StorageLocation,
  sources: CredentialSources,
): Promise<{ settings: AzureSettings; from: string }> {
  const found = await findCredentials(location, sources);
  if ("registry" in found) {
    const { registry, from } = found;
    return {
      from,
      settings: {
        accountKey: registry("storage_account_key"),
        clientId: registry("client_id_key"),
        clientSecret: registry("client_secret_key"),
        tenantId: registry("tenant_id_key"),
        tokenFile: "",
        cloud: "",
      },
    };
  }
  const variables = parseEnv(found.text);
  const value = (name: string) => variables.get(name) ?? "";
  return {
    from: found.from,
    settings: {
      accountKey: value(location.config.storageAccountKeyEnvVar ?? "AZURE_STORAGE_ACCOUNT_ACCESS_KEY"),
      clientId: value("AZURE_CLIENT_ID"),
      clientSecret: value("AZURE_CLIENT_SECRET"),
      tenantId: value("AZURE_TENANT_ID"),
      tokenFile: value("AZURE_FEDERATED_TOKEN_FILE"),
      cloud: value("AZURE_CLOUD_NAME"),
    },
  };
}

function cloudOf(name: string): Cloud {
  const key = name.toLowerCase();
  const cloud = Object.hasOwn(CLOUDS, key) ? CLOUDS[key] : undefined;
  if (cloud !== undefined) return cloud;
  const known = "AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud";
  throw new ImageStoreError(`AZURE_CLOUD_NAME is "${name}"; known are ${known}`, "refused");
}

async function credentialOf(
  { accountKey, clientId, clientSecret, tenantId, tokenFile }: AzureSettings,
  from: string,
  authority: string,
  { trusted, readFile = Deno.readTextFile }: AzureAccess,
): Promise<Credential<AzureCredential>> {
  if (accountKey !== "") return { value: { key: accountKey } };
  if (clientId === "" || tenantId === "" || (clientSecret === "" && tokenFile === "")) {
    throw new ImageStoreError(
      `${from} has neither the key of the storage account nor client, tenant and secret (or AZURE_FEDERATED_TOKEN_FILE)`,
      "denied",
    );
  }
  const proof = clientSecret !== "" ? { client_secret: clientSecret } : {
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: (await readFile(tokenFile).catch((cause) => {
      throw new ImageStoreError(`cannot read the token file "${tokenFile}", which ${from} names`, "denied", {
        cause,
      });
    })).trim(),
  };
  const { value, ...rest } = await accessToken({
    http: trusted,
    url: `${authority.replace(/\/+$/, "")}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`,
    form: {
      grant_type: "client_credentials",
      client_id: clientId,
      scope: "https://storage.azure.com/.default",
      ...proof,
    },
    who: `client ${clientId}`,
  });
  return { value: { token: value }, ...rest };
}

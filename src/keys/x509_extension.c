/* SPDX-License-Identifier: Apache-2.0
 * Extensions of TLS certificates: constraints, usages, identifiers, host names (RFC 5280 4.2.1). */
#include "x509_extension.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 253 /* of a DNS name, RFC 1035 3.1 in text */

/* One row for each kind; NULL: not there. */
static const struct usage {
  const char *constraints, *key_usage, *extended;
} usages[] = {
    [X509_ROOT] = {"critical,CA:TRUE,pathlen:1", "critical,keyCertSign,cRLSign", NULL},
    [X509_TERMINAL_CA] = {"critical,CA:TRUE,pathlen:0", "critical,keyCertSign,cRLSign", NULL},
    [X509_SERVER] = {"critical,CA:FALSE", "critical,digitalSignature", "serverAuth"},
    [X509_CLIENT] = {"critical,CA:FALSE", "critical,digitalSignature", "clientAuth"},
};

static bool extension_add(X509 *certificate, X509V3_CTX *context, int nid, const char *value) {
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, context, nid, value);
  bool done = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;

  X509_EXTENSION_free(extension);
  return done;
}

/* Digits and dots only are meant as an address. */
static bool name_possible(const char *host) {
  return strlen(host) <= NAME_MAX_LEN && strspn(host, "0123456789.") != strlen(host) &&
         strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == strlen(host);
}

/* An IP address where it reads as one, else a DNS name. NULL where it is neither. */
static GENERAL_NAME *host_name(const char *host) {
  GENERAL_NAME *name = GENERAL_NAME_new();
  ASN1_OCTET_STRING *address = a2i_IPADDRESS(host);
  ASN1_IA5STRING *dns = NULL;

  if (name != NULL && address != NULL) {
    GENERAL_NAME_set0_value(name, GEN_IPADD, address);
    return name;
  }
  ASN1_OCTET_STRING_free(address);
  dns = ASN1_IA5STRING_new();
  if (name == NULL || dns == NULL || !name_possible(host) || ASN1_STRING_set(dns, host, -1) != 1) {
    ASN1_IA5STRING_free(dns);
    GENERAL_NAME_free(name);
    return NULL;
  }
  GENERAL_NAME_set0_value(name, GEN_DNS, dns);
  return name;
}

/* "name,address,..."; NULL where there is none, or one of them is neither. */
static GENERAL_NAMES *hosts_read(const char *hosts) {
  GENERAL_NAMES *names = GENERAL_NAMES_new();
  char *copy = strdup(hosts), *rest = NULL;
  bool done = names != NULL && copy != NULL;

  for (char *host = done ? strtok_r(copy, ", ", &rest) : NULL; host != NULL && done;
       host = strtok_r(NULL, ", ", &rest)) {
    GENERAL_NAME *name = host_name(host);
    done = name != NULL && sk_GENERAL_NAME_push(names, name) > 0;
    if (!done)
      GENERAL_NAME_free(name);
  }
  free(copy);
  if (!done || sk_GENERAL_NAME_num(names) == 0) {
    GENERAL_NAMES_free(names);
    ERR_clear_error();
    names = NULL;
  }
  return names;
}

bool x509_hosts_valid(const char *hosts) {
  GENERAL_NAMES *names = hosts_read(hosts);
  bool valid = names != NULL;

  GENERAL_NAMES_free(names);
  return valid;
}

/* subjectAltName (RFC 5280 4.2.1.6). */
static bool hosts_add(X509 *certificate, const char *hosts) {
  GENERAL_NAMES *names = hosts_read(hosts);
  bool done = names != NULL && X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1;

  GENERAL_NAMES_free(names);
  return done;
}

bool x509_extensions_add(X509 *certificate, X509 *issuer, const struct x509_request *request) {
  const struct usage *usage = &usages[request->kind];
  X509V3_CTX context;

  X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
  return extension_add(certificate, &context, NID_basic_constraints, usage->constraints) &&
         extension_add(certificate, &context, NID_key_usage, usage->key_usage) &&
         (usage->extended == NULL || extension_add(certificate, &context, NID_ext_key_usage, usage->extended)) &&
         extension_add(certificate, &context, NID_subject_key_identifier, "hash") &&
         extension_add(certificate, &context, NID_authority_key_identifier, "keyid") &&
         (request->kind != X509_SERVER || (request->hosts != NULL && hosts_add(certificate, request->hosts)));
}

/*
 * The server's side of TLS over memory: octets in, octets out. node:tls puts a stream, a socket and four
 * turns of the loop around each flight, which take longer than the handshake itself.
 *
 * All of TLS is Node's own OpenSSL. Here buffers are handed to it and taken from it, and ticket keys and
 * sessions are those of one conversation instead of one context. Node-API only; no statics.
 */
#define NAPI_VERSION 8
#include <node_api.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a ticket: 16 octets of name, 16 for the HMAC, 16 for AES. */
#define NAME_BYTES 16
#define TICKET_KEY_BYTES 48
#define ID_BYTES SSL_MAX_SSL_SESSION_ID_LENGTH
/* What one call may be given: as much as EAP puts together, tls-fragments.ts. */
#define MOST_OCTETS 65536
#define MOST_KEYING_MATERIAL 1024

enum { SECURE = 1, RESUMED = 2, TLS13 = 4, FAILED = 8 };

/* So that a handle of another module or of the other kind is not taken for one of these. */
static const napi_type_tag CONTEXT_TAG = {0x5d0c1f7a2be94c11, 0x9a31e7c40d6f2b85};
static const napi_type_tag TUNNEL_TAG = {0x3f6a9be0d1c24e57, 0x84b2f05c7ae1936d};

struct tunnel {
  SSL *ssl; /* NULL once closed */
  uint8_t ticket_keys[TICKET_KEY_BYTES];
  SSL_SESSION *offered; /* what may be resumed by its identifier */
  uint8_t made_id[ID_BYTES];
  unsigned made_id_length;
  uint8_t *made; /* the session that this conversation began, with an identifier */
  int made_length;
  bool failed;
  const char *reason; /* why, one of OpenSSL's own texts; NULL where it has none */
};

static void close_tunnel(struct tunnel *t) {
  SSL_free(t->ssl);
  SSL_SESSION_free(t->offered);
  OPENSSL_clear_free(t->made, (size_t)t->made_length);
  OPENSSL_cleanse(t->ticket_keys, sizeof t->ticket_keys);
  t->ssl = NULL;
  t->offered = NULL;
  t->made = NULL;
  t->made_length = 0;
}

/* RFC 5077 §4, as OpenSSL and Node do it: AES-128-CBC and HMAC-SHA-256. 0: a full handshake. */
static int on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                     EVP_MAC_CTX *mac, int is_writing) {
  struct tunnel *t = SSL_get_app_data(ssl);
  uint8_t *keys = t->ticket_keys;
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, keys + NAME_BYTES, 16),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0), OSSL_PARAM_END};
  if (is_writing) {
    if (RAND_bytes(iv, 16) != 1) return -1;
    memcpy(name, keys, NAME_BYTES);
  } else if (CRYPTO_memcmp(name, keys, NAME_BYTES) != 0) {
    return 0;
  }
  if (EVP_CipherInit_ex(cipher, EVP_aes_128_cbc(), NULL, keys + 32, iv, is_writing) != 1 ||
      EVP_MAC_CTX_set_params(mac, params) != 1)
    return -1;
  return 1;
}

/* Only sessions with an identifier come here: TLS 1.2 without tickets. */
static int on_new_session(SSL *ssl, SSL_SESSION *session) {
  struct tunnel *t = SSL_get_app_data(ssl);
  unsigned length = 0;
  const unsigned char *id = SSL_SESSION_get_id(session, &length);
  uint8_t *octets = NULL;
  if (SSL_version(ssl) >= TLS1_3_VERSION || length == 0 || length > ID_BYTES || t->made != NULL)
    return 0;
  int size = i2d_SSL_SESSION(session, &octets);
  if (size <= 0) return 0;
  memcpy(t->made_id, id, length);
  t->made_id_length = length;
  t->made = octets;
  t->made_length = size;
  return 0;
}

static SSL_SESSION *on_find_session(SSL *ssl, const unsigned char *id, int length, int *copy) {
  struct tunnel *t = SSL_get_app_data(ssl);
  unsigned own_length = 0;
  const unsigned char *own =
      t->offered == NULL ? NULL : SSL_SESSION_get_id(t->offered, &own_length);
  *copy = 1;
  if (own == NULL || length < 0 || (unsigned)length != own_length) return NULL;
  return CRYPTO_memcmp(own, id, own_length) == 0 ? t->offered : NULL;
}

/* What is wrong with a certificate is judged by the caller, with the account that it names. */
static int on_certificate(int is_right, X509_STORE_CTX *store) {
  (void)is_right;
  (void)store;
  return 1;
}

static int no_passphrase(char *buffer, int size, int is_writing, void *data) {
  (void)buffer;
  (void)size;
  (void)is_writing;
  (void)data;
  return 0;
}

/* Leaves OpenSSL's queue of errors empty: it is the thread's, and Node's own code looks into it. */
static napi_value fail(napi_env env, const char *what) {
  char text[256];
  unsigned long code = ERR_peek_last_error();
  const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);
  ERR_clear_error();
  snprintf(text, sizeof text, "%s%s%s", what, reason == NULL ? "" : ": ",
           reason == NULL ? "" : reason);
  napi_throw_error(env, "ERR_TLS_ENGINE", text);
  return NULL;
}

static bool octets_of(napi_env env, napi_value value, uint8_t **data, size_t *length) {
  napi_typedarray_type type;
  void *start = NULL;
  napi_status read = napi_get_typedarray_info(env, value, &type, length, &start, NULL, NULL);
  if (read != napi_ok || type != napi_uint8_array) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "not a Uint8Array");
    return false;
  }
  *data = start;
  return true;
}

/* Undefined for nothing, as most steps have nothing to read: a buffer costs as much as a small record. */
static napi_value octets_from(napi_env env, const void *data, size_t length) {
  napi_value result = NULL;
  if (length == 0) {
    napi_get_undefined(env, &result);
    return result;
  }
  napi_create_buffer_copy(env, length, data, NULL, &result);
  return result;
}

/* A string of JavaScript, to be freed; NULL after it has thrown. */
static char *text_of(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "not a string");
    return NULL;
  }
  char *text = malloc(length + 1);
  if (text == NULL) return (char *)fail(env, "no memory");
  napi_get_value_string_utf8(env, value, text, length + 1, &length);
  return text;
}

static void *handle_of(napi_env env, napi_value value, const napi_type_tag *tag) {
  bool is_right = false;
  void *data = NULL;
  napi_valuetype type;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_external ||
      napi_check_object_type_tag(env, value, tag, &is_right) != napi_ok || !is_right ||
      napi_get_value_external(env, value, &data) != napi_ok) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "not a handle of this kind");
    return NULL;
  }
  return data;
}

/* Not closed yet; throws otherwise. */
static struct tunnel *tunnel_of(napi_env env, napi_value value) {
  struct tunnel *t = handle_of(env, value, &TUNNEL_TAG);
  if (t == NULL) return NULL;
  if (t->ssl == NULL) return (struct tunnel *)fail(env, "the tunnel is closed");
  return t;
}

/* The leaf first, then what stands above it. */
static bool use_chain(SSL_CTX *ctx, const char *pem) {
  BIO *bio = BIO_new_mem_buf(pem, -1);
  X509 *certificate = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
  bool is_done = certificate != NULL && SSL_CTX_use_certificate(ctx, certificate) == 1;
  X509_free(certificate);
  while (is_done && (certificate = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL) {
    is_done = SSL_CTX_add1_chain_cert(ctx, certificate) == 1;
    X509_free(certificate);
  }
  BIO_free(bio);
  /* The end of the text is an error too. */
  if (is_done) ERR_clear_error();
  return is_done;
}

static bool use_key(SSL_CTX *ctx, const char *pem) {
  BIO *bio = BIO_new_mem_buf(pem, -1);
  EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
  bool is_done = key != NULL && SSL_CTX_use_PrivateKey(ctx, key) == 1;
  EVP_PKEY_free(key);
  BIO_free(bio);
  return is_done;
}

static bool trust(SSL_CTX *ctx, const char *pem) {
  BIO *bio = BIO_new_mem_buf(pem, -1);
  X509 *certificate;
  bool is_done = bio != NULL;
  while (is_done && (certificate = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL) {
    is_done = X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), certificate) == 1 &&
              SSL_CTX_add_client_CA(ctx, certificate) == 1;
    X509_free(certificate);
  }
  BIO_free(bio);
  if (is_done) ERR_clear_error();
  return is_done;
}

/* Calls `use` with each string of an array; false after it has thrown. */
static bool for_each(napi_env env, napi_value array, SSL_CTX *ctx,
                     bool (*use)(SSL_CTX *, const char *), const char *what) {
  uint32_t count = 0;
  if (napi_get_array_length(env, array, &count) != napi_ok) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "not an array");
    return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    napi_value value;
    napi_get_element(env, array, i, &value);
    char *pem = text_of(env, value);
    if (pem == NULL) return false;
    bool is_used = use(ctx, pem);
    OPENSSL_cleanse(pem, strlen(pem));
    free(pem);
    if (!is_used) {
      fail(env, what);
      return false;
    }
  }
  return true;
}

static bool for_text(napi_env env, napi_value value, SSL_CTX *ctx,
                     int (*use)(SSL_CTX *, const char *), const char *what) {
  char *text = text_of(env, value);
  if (text == NULL) return false;
  bool is_used = use(ctx, text) == 1;
  free(text);
  if (!is_used) fail(env, what);
  return is_used;
}

static int set_groups(SSL_CTX *ctx, const char *groups) {
  return (int)SSL_CTX_set1_groups_list(ctx, groups);
}

static int set_session_context(SSL_CTX *ctx, const char *text) {
  return SSL_CTX_set_session_id_context(ctx, (const unsigned char *)text, (unsigned)strlen(text));
}

static void free_context(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  SSL_CTX_free(data);
}

/* createContext(chains, keys, roots, ciphers, suites, groups, sessionContext, timeoutSeconds): context */
static napi_value create_context(napi_env env, napi_callback_info info) {
  size_t argc = 8;
  napi_value argv[8], handle;
  uint32_t timeout;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 8) return NULL;
  if (napi_get_value_uint32(env, argv[7], &timeout) != napi_ok) return fail(env, "no timeout");
  SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
  if (ctx == NULL) return fail(env, "no context");
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION);
  SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION);
  /* Between two packets of a peer nothing needs 34 kB of buffers. */
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_timeout(ctx, (long)timeout);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL |
                                          SSL_SESS_CACHE_NO_AUTO_CLEAR);
  SSL_CTX_sess_set_new_cb(ctx, on_new_session);
  SSL_CTX_sess_set_get_cb(ctx, on_find_session);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, on_ticket);
  /* A device comes back with the last one. */
  SSL_CTX_set_num_tickets(ctx, 1);
  /* An organisation may declare the intermediate that signs its devices, and not the root above. */
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx), X509_V_FLAG_PARTIAL_CHAIN);
  if (!for_each(env, argv[0], ctx, use_chain, "a certificate cannot be used") ||
      !for_each(env, argv[1], ctx, use_key, "a private key cannot be used") ||
      !for_each(env, argv[2], ctx, trust, "a root certificate cannot be used") ||
      !for_text(env, argv[3], ctx, SSL_CTX_set_cipher_list, "the ciphers cannot be used") ||
      !for_text(env, argv[4], ctx, SSL_CTX_set_ciphersuites, "the suites cannot be used") ||
      !for_text(env, argv[5], ctx, set_groups, "the groups cannot be used") ||
      !for_text(env, argv[6], ctx, set_session_context, "the session context is too long") ||
      napi_create_external(env, ctx, free_context, NULL, &handle) != napi_ok) {
    SSL_CTX_free(ctx);
    return NULL;
  }
  napi_type_tag_object(env, handle, &CONTEXT_TAG);
  return handle;
}

static void free_tunnel(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  close_tunnel(data);
  free(data);
}

/* open(context, ticketKeys, session or an empty array, asksForCertificate): tunnel */
static napi_value open_tunnel(napi_env env, napi_callback_info info) {
  size_t argc = 4, keys_length, session_length;
  napi_value argv[4], handle;
  uint8_t *keys, *session;
  bool asks = false;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 4) return NULL;
  SSL_CTX *ctx = handle_of(env, argv[0], &CONTEXT_TAG);
  if (ctx == NULL || !octets_of(env, argv[1], &keys, &keys_length) ||
      !octets_of(env, argv[2], &session, &session_length))
    return NULL;
  if (keys_length != TICKET_KEY_BYTES || napi_get_value_bool(env, argv[3], &asks) != napi_ok)
    return fail(env, "48 octets of ticket keys, and whether to ask for a certificate");
  struct tunnel *t = calloc(1, sizeof *t);
  if (t == NULL) return fail(env, "no memory");
  BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
  t->ssl = SSL_new(ctx);
  if (t->ssl == NULL || in == NULL || out == NULL) {
    BIO_free(in);
    BIO_free(out);
    close_tunnel(t);
    free(t);
    return fail(env, "no tunnel");
  }
  /* An empty buffer is not the end of what the peer says. */
  BIO_set_mem_eof_return(in, -1);
  BIO_set_mem_eof_return(out, -1);
  SSL_set_bio(t->ssl, in, out);
  SSL_set_app_data(t->ssl, t);
  SSL_set_accept_state(t->ssl);
  SSL_set_verify(t->ssl, asks ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, on_certificate);
  memcpy(t->ticket_keys, keys, TICKET_KEY_BYTES);
  if (session_length > 0 && session_length <= MOST_OCTETS) {
    const unsigned char *at = session;
    t->offered = d2i_SSL_SESSION(NULL, &at, (long)session_length);
    ERR_clear_error();
  }
  if (napi_create_external(env, t, free_tunnel, NULL, &handle) != napi_ok) {
    close_tunnel(t);
    free(t);
    return NULL;
  }
  napi_type_tag_object(env, handle, &TUNNEL_TAG);
  return handle;
}

/* Whether what OpenSSL says after a call is no more than that it waits for the peer. */
static bool is_waiting(struct tunnel *t, int result) {
  bool waits = SSL_get_error(t->ssl, result) == SSL_ERROR_WANT_READ;
  if (waits) return true;
  unsigned long code = ERR_peek_last_error();
  t->failed = true;
  t->reason = code == 0 ? NULL : ERR_reason_error_string(code);
  return false;
}

static uint32_t flags_of(struct tunnel *t) {
  bool is_secure = SSL_is_init_finished(t->ssl);
  return (is_secure ? SECURE : 0) | (SSL_session_reused(t->ssl) ? RESUMED : 0) |
         (SSL_version(t->ssl) == TLS1_3_VERSION ? TLS13 : 0) | (t->failed ? FAILED : 0);
}

/* What is there for the peer, which is emptied. */
static napi_value take_output(napi_env env, struct tunnel *t) {
  BIO *out = SSL_get_wbio(t->ssl);
  char *data = NULL;
  long length = BIO_get_mem_data(out, &data);
  napi_value result = octets_from(env, data, length > 0 ? (size_t)length : 0);
  (void)BIO_reset(out);
  return result;
}

/* [flags, octets for the peer if any, what it said inside if anything] */
static napi_value step_of(napi_env env, struct tunnel *t, napi_value plain) {
  napi_value result, flags, output = take_output(env, t);
  ERR_clear_error();
  napi_create_uint32(env, flags_of(t), &flags);
  napi_create_array_with_length(env, 3, &result);
  napi_set_element(env, result, 0, flags);
  napi_set_element(env, result, 1, output);
  napi_set_element(env, result, 2, plain);
  return result;
}

/* Everything that can be read, which is never longer than what came. */
static napi_value read_plain(napi_env env, struct tunnel *t) {
  uint8_t record[SSL3_RT_MAX_PLAIN_LENGTH];
  uint8_t *plain = NULL;
  size_t length = 0;
  while (!t->failed) {
    int count = SSL_read(t->ssl, record, sizeof record);
    if (count <= 0) {
      is_waiting(t, count);
      break;
    }
    uint8_t *longer = realloc(plain, length + (size_t)count);
    if (longer == NULL || length + (size_t)count > 2 * MOST_OCTETS) {
      if (longer != NULL) plain = longer;
      t->failed = true;
      break;
    }
    plain = longer;
    memcpy(plain + length, record, (size_t)count);
    length += (size_t)count;
  }
  napi_value result = octets_from(env, plain, length);
  OPENSSL_cleanse(record, sizeof record);
  if (plain != NULL) OPENSSL_cleanse(plain, length);
  free(plain);
  return result;
}

/* feed(tunnel, octets): step */
static napi_value feed(napi_env env, napi_callback_info info) {
  size_t argc = 2, length;
  napi_value argv[2], plain;
  uint8_t *octets;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 2) return NULL;
  struct tunnel *t = tunnel_of(env, argv[0]);
  if (t == NULL || !octets_of(env, argv[1], &octets, &length)) return NULL;
  if (length > MOST_OCTETS) return fail(env, "more octets than a message may have");
  ERR_clear_error();
  if (length > 0 && BIO_write(SSL_get_rbio(t->ssl), octets, (int)length) != (int)length)
    t->failed = true;
  if (!t->failed && !SSL_is_init_finished(t->ssl)) {
    int result = SSL_do_handshake(t->ssl);
    if (result <= 0) is_waiting(t, result);
  }
  bool may_read = !t->failed && SSL_is_init_finished(t->ssl);
  plain = may_read ? read_plain(env, t) : octets_from(env, NULL, 0);
  return step_of(env, t, plain);
}

/* say(tunnel, octets): step */
static napi_value say(napi_env env, napi_callback_info info) {
  size_t argc = 2, length;
  napi_value argv[2];
  uint8_t *octets;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 2) return NULL;
  struct tunnel *t = tunnel_of(env, argv[0]);
  if (t == NULL || !octets_of(env, argv[1], &octets, &length)) return NULL;
  if (length > MOST_OCTETS) return fail(env, "more octets than a message may have");
  ERR_clear_error();
  if (length > 0 && SSL_write(t->ssl, octets, (int)length) != (int)length) t->failed = true;
  return step_of(env, t, octets_from(env, NULL, 0));
}

/* setTicketKeys(tunnel, keys) */
static napi_value set_ticket_keys(napi_env env, napi_callback_info info) {
  size_t argc = 2, length;
  napi_value argv[2];
  uint8_t *keys;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 2) return NULL;
  struct tunnel *t = tunnel_of(env, argv[0]);
  if (t == NULL || !octets_of(env, argv[1], &keys, &length)) return NULL;
  if (length != TICKET_KEY_BYTES) return fail(env, "not 48 octets");
  memcpy(t->ticket_keys, keys, TICKET_KEY_BYTES);
  return NULL;
}

/* exportKeyingMaterial(tunnel, length, label, context or null): octets (RFC 5705 §4) */
static napi_value export_keying_material(napi_env env, napi_callback_info info) {
  size_t argc = 4, label_length = 0, context_length = 0;
  napi_value argv[4];
  uint32_t length;
  char label[64];
  uint8_t material[MOST_KEYING_MATERIAL], *context = NULL;
  napi_valuetype type;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 4) return NULL;
  struct tunnel *t = tunnel_of(env, argv[0]);
  if (t == NULL) return NULL;
  if (napi_get_value_uint32(env, argv[1], &length) != napi_ok || length > sizeof material ||
      napi_get_value_string_utf8(env, argv[2], label, sizeof label, &label_length) != napi_ok ||
      napi_typeof(env, argv[3], &type) != napi_ok)
    return fail(env, "a length and a label");
  if (type != napi_null && !octets_of(env, argv[3], &context, &context_length)) return NULL;
  ERR_clear_error();
  if (SSL_export_keying_material(t->ssl, material, length, label, label_length, context,
                                 context_length, type != napi_null) != 1)
    return fail(env, "no keys yet");
  napi_value result = octets_from(env, material, length);
  OPENSSL_cleanse(material, sizeof material);
  return result;
}

/* peerCertificate(tunnel): [DER, what is wrong with it or null], or null */
static napi_value peer_certificate(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1], result, problem;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 1) return NULL;
  struct tunnel *t = tunnel_of(env, argv[0]);
  if (t == NULL) return NULL;
  napi_get_null(env, &result);
  X509 *certificate = SSL_get0_peer_certificate(t->ssl);
  uint8_t *der = NULL;
  int length = certificate == NULL ? 0 : i2d_X509(certificate, &der);
  if (length <= 0) return result;
  long verdict = SSL_get_verify_result(t->ssl);
  const char *text = X509_verify_cert_error_string(verdict);
  if (verdict == X509_V_OK) napi_get_null(env, &problem);
  else napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &problem);
  napi_create_array_with_length(env, 2, &result);
  napi_set_element(env, result, 0, octets_from(env, der, (size_t)length));
  napi_set_element(env, result, 1, problem);
  OPENSSL_free(der);
  return result;
}

static napi_value text_or_null(napi_env env, const char *text) {
  napi_value result;
  if (text == NULL) napi_get_null(env, &result);
  else napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result);
  return result;
}

/* cipher(tunnel): its IANA name, or null before there is one */
static napi_value cipher_name(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 1) return NULL;
  struct tunnel *t = tunnel_of(env, argv[0]);
  if (t == NULL) return NULL;
  const SSL_CIPHER *cipher = SSL_get_current_cipher(t->ssl);
  return text_or_null(env, cipher == NULL ? NULL : SSL_CIPHER_standard_name(cipher));
}

/* failure(tunnel): why it has failed, or null */
static napi_value failure_text(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 1) return NULL;
  struct tunnel *t = tunnel_of(env, argv[0]);
  return t == NULL ? NULL : text_or_null(env, t->reason);
}

/* session(tunnel): [identifier, session] of TLS 1.2 without tickets, or null */
static napi_value session_made(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1], result;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 1) return NULL;
  struct tunnel *t = tunnel_of(env, argv[0]);
  if (t == NULL) return NULL;
  napi_get_null(env, &result);
  if (t->made == NULL) return result;
  napi_create_array_with_length(env, 2, &result);
  napi_set_element(env, result, 0, octets_from(env, t->made_id, t->made_id_length));
  napi_set_element(env, result, 1, octets_from(env, t->made, (size_t)t->made_length));
  return result;
}

/* close(tunnel): may be called again */
static napi_value close_handle(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 1) return NULL;
  struct tunnel *t = handle_of(env, argv[0], &TUNNEL_TAG);
  if (t != NULL) close_tunnel(t);
  return NULL;
}

NAPI_MODULE_INIT() {
  const struct {
    const char *name;
    napi_callback function;
  } functions[] = {{"createContext", create_context},
                   {"open", open_tunnel},
                   {"feed", feed},
                   {"say", say},
                   {"setTicketKeys", set_ticket_keys},
                   {"exportKeyingMaterial", export_keying_material},
                   {"peerCertificate", peer_certificate},
                   {"cipher", cipher_name},
                   {"failure", failure_text},
                   {"session", session_made},
                   {"close", close_handle}};
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    if (napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL,
                             &function) != napi_ok ||
        napi_set_named_property(env, exports, functions[i].name, function) != napi_ok)
      return NULL;
  }
  return exports;
}

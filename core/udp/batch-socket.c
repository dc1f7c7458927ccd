/*
 * UDP in batches: one recvmmsg, one call into JavaScript and one sendmmsg for up to 64 datagrams.
 * node:dgram makes a system call, a buffer and an address string for each.
 *
 * Node-API only, so one build serves every Node with the same libuv major. No statics: each socket
 * belongs to the environment that opened it, so worker threads may have their own.
 *
 * A datagram in memory is a record, the same for both directions, on a boundary of 4 octets:
 *
 *   word 0-3   the peer's address, IPv4 in word 0, as on the wire
 *   word 4-7   our own address that it was sent to and is answered from
 *   word 8     port | family (4 or 6) << 16 | 1 << 24 if words 4-7 are there
 *   word 9     interface index
 *   word 10    octets that follow
 */
#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <errno.h>
#include <netinet/in.h>
#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#define BATCH 64
#define SLOT_BYTES 4096
#define HEADER_WORDS 11
#define HEADER_BYTES (HEADER_WORDS * 4)
/* For pktinfo of either family and the count of drops. */
#define CONTROL_BYTES 128
/* What one wake-up may take before timers and other sockets have their turn. */
#define ROUNDS 8

enum { FLAG_REUSE_PORT = 1, FLAG_ASK_LOCAL = 2 };
enum { EVENT_READABLE = 1, EVENT_WRITABLE = 2 };
enum { TRUNCATED, KERNEL_DROPS, SEND_FAILED, RECEIVE_FAILED, SENT, REMAINING, COUNTERS };

union address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

struct batch_socket {
  uv_poll_t poll; /* first, so that the handle is the socket */
  napi_env env;
  napi_ref on_event;
  napi_async_context context;
  napi_async_cleanup_hook_handle cleanup;
  napi_ref counters_ref;
  uint32_t *counters;
  int fd;
  int family;
  int owners; /* the JavaScript value and the handle */
  bool receiving;
  bool wants_writable;
  bool closing;
  int staged; /* datagrams received and not yet taken */
  int taken;
  struct mmsghdr messages[BATCH];
  struct iovec vectors[BATCH];
  union address peers[BATCH];
  _Alignas(8) uint8_t controls[BATCH][CONTROL_BYTES];
  uint8_t slots[BATCH][SLOT_BYTES];
};

static const uint8_t V4_MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static uint32_t padded(uint32_t bytes) { return (bytes + 3u) & ~3u; }

static void release(struct batch_socket *s) {
  if (--s->owners == 0) free(s);
}

static void on_poll(uv_poll_t *handle, int status, int events);

static void watch(struct batch_socket *s) {
  int events = (s->receiving ? UV_READABLE : 0) | (s->wants_writable ? UV_WRITABLE : 0);
  if (s->closing) return;
  if (events == 0) uv_poll_stop(&s->poll);
  else uv_poll_start(&s->poll, events, on_poll);
}

/* What JavaScript throws there is the program's uncaught exception, as from any other event. */
static void tell(struct batch_socket *s, int event) {
  napi_handle_scope scope;
  napi_value function, receiver, argument, result;
  napi_env env = s->env;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  if (napi_get_reference_value(env, s->on_event, &function) == napi_ok &&
      napi_get_global(env, &receiver) == napi_ok &&
      napi_create_int32(env, event, &argument) == napi_ok) {
    napi_status called =
        napi_make_callback(env, s->context, receiver, function, 1, &argument, &result);
    if (called == napi_pending_exception) {
      napi_value thrown;
      if (napi_get_and_clear_last_exception(env, &thrown) == napi_ok)
        napi_fatal_exception(env, thrown);
    }
  }
  napi_close_handle_scope(env, scope);
}

static void prepare(struct batch_socket *s, int i) {
  struct msghdr *header = &s->messages[i].msg_hdr;
  header->msg_namelen = sizeof s->peers[i];
  header->msg_controllen = CONTROL_BYTES;
  header->msg_flags = 0;
}

static int receive_batch(struct batch_socket *s) {
  for (int i = 0; i < BATCH; i++) prepare(s, i);
  int count;
  do count = recvmmsg(s->fd, s->messages, BATCH, MSG_DONTWAIT, NULL);
  while (count < 0 && errno == EINTR);
  if (count < 0) {
    /* An ICMP error about one peer is read away by this call; the socket is as good as before. */
    if (errno != EAGAIN && errno != EWOULDBLOCK) s->counters[RECEIVE_FAILED]++;
    return 0;
  }
  return count;
}

static void on_poll(uv_poll_t *handle, int status, int events) {
  struct batch_socket *s = (struct batch_socket *)handle;
  s->owners++;
  if (status < 0 && !s->closing) {
    /* libuv takes any pending error for the end of the socket and stops; reading it clears it. */
    int error = 0;
    socklen_t size = sizeof error;
    s->counters[RECEIVE_FAILED]++;
    if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0) watch(s);
  }
  if ((events & UV_WRITABLE) != 0 && !s->closing) {
    s->wants_writable = false;
    watch(s);
    tell(s, EVENT_WRITABLE);
  }
  if (status >= 0 && (events & UV_READABLE) != 0) {
    for (int round = 0; round < ROUNDS && s->receiving && !s->closing; round++) {
      int count = receive_batch(s);
      if (count == 0) break;
      s->staged = count;
      s->taken = 0;
      tell(s, EVENT_READABLE);
      if (count < BATCH) break;
    }
  }
  release(s);
}

static void on_closed(uv_handle_t *handle) {
  struct batch_socket *s = (struct batch_socket *)handle;
  napi_handle_scope scope;
  if (napi_open_handle_scope(s->env, &scope) == napi_ok) {
    napi_delete_reference(s->env, s->on_event);
    napi_delete_reference(s->env, s->counters_ref);
    napi_async_destroy(s->env, s->context);
    napi_close_handle_scope(s->env, scope);
  }
  napi_remove_async_cleanup_hook(s->cleanup);
  release(s);
}

static void begin_close(struct batch_socket *s) {
  if (s->closing) return;
  s->closing = true;
  s->receiving = false;
  s->staged = s->taken = 0;
  uv_poll_stop(&s->poll);
  uv_close((uv_handle_t *)&s->poll, on_closed);
  /* Allowed right after uv_close; whoever waits for the port has it at once. */
  close(s->fd);
  s->fd = -1;
}

/* The worker or the process ends with the socket open. */
static void on_cleanup(napi_async_cleanup_hook_handle hook, void *data) {
  (void)hook;
  begin_close(data);
}

static void finalize(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  struct batch_socket *s = data;
  if (!s->closing) begin_close(s);
  release(s);
}

static napi_value fail(napi_env env, int code) {
  napi_throw_error(env, uv_err_name(-code), uv_strerror(-code));
  return NULL;
}

static struct batch_socket *socket_of(napi_env env, napi_value value) {
  void *data = NULL;
  if (napi_get_value_external(env, value, &data) != napi_ok) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "not a batch socket");
    return NULL;
  }
  return data;
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

static int on(int fd, int level, int name) {
  int yes = 1;
  return setsockopt(fd, level, name, &yes, sizeof yes);
}

/* The address octets decide the family; 0 or an errno. */
static int open_and_bind(struct batch_socket *s, const uint8_t *address, size_t length,
                         uint32_t port, uint32_t flags, int receive_bytes) {
  union address local = {0};
  socklen_t size;
  int no = 0;
  if (length == 4) {
    s->family = AF_INET;
    local.v4.sin_family = AF_INET;
    local.v4.sin_port = htons((uint16_t)port);
    memcpy(&local.v4.sin_addr, address, 4);
    size = sizeof local.v4;
  } else {
    s->family = AF_INET6;
    local.v6.sin6_family = AF_INET6;
    local.v6.sin6_port = htons((uint16_t)port);
    memcpy(&local.v6.sin6_addr, address, 16);
    size = sizeof local.v6;
  }
  s->fd = socket(s->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (s->fd < 0) return errno;
  if (s->family == AF_INET6 &&
      setsockopt(s->fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no) < 0)
    return errno;
  if ((flags & FLAG_REUSE_PORT) != 0 && on(s->fd, SOL_SOCKET, SO_REUSEPORT) < 0) return errno;
  if ((flags & FLAG_ASK_LOCAL) != 0) {
    int asked = s->family == AF_INET ? on(s->fd, IPPROTO_IP, IP_PKTINFO)
                                     : on(s->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO);
    if (asked < 0) return errno;
  }
  /* Both may be refused or cut by the kernel; the socket serves without them. */
  (void)on(s->fd, SOL_SOCKET, SO_RXQ_OVFL);
  if (receive_bytes > 0)
    (void)setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  return bind(s->fd, &local.any, size) < 0 ? errno : 0;
}

/* open(address, port, flags, receiveBytes, counters, onEvent): handle */
static napi_value open_socket(napi_env env, napi_callback_info info) {
  size_t argc = 6, length = 0, counted = 0;
  napi_value argv[6], handle;
  uint8_t *address;
  uint32_t port, flags;
  int32_t receive_bytes;
  void *counters = NULL;
  napi_typedarray_type type;
  uv_loop_t *loop;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 6) return NULL;
  if (!octets_of(env, argv[0], &address, &length)) return NULL;
  if ((length != 4 && length != 16) || napi_get_value_uint32(env, argv[1], &port) != napi_ok ||
      port > 65535 || napi_get_value_uint32(env, argv[2], &flags) != napi_ok ||
      napi_get_value_int32(env, argv[3], &receive_bytes) != napi_ok ||
      napi_get_typedarray_info(env, argv[4], &type, &counted, &counters, NULL, NULL) != napi_ok ||
      type != napi_uint32_array || counted != COUNTERS)
    return fail(env, EINVAL);
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) return fail(env, ENOSYS);

  struct batch_socket *s = calloc(1, sizeof *s);
  if (s == NULL) return fail(env, ENOMEM);
  s->env = env;
  int error = open_and_bind(s, address, length, port, flags, receive_bytes);
  if (error == 0) error = -uv_poll_init(loop, &s->poll, s->fd);
  if (error != 0) {
    if (s->fd >= 0) close(s->fd);
    free(s);
    return fail(env, error);
  }
  s->owners = 1;
  s->counters = counters;
  for (int i = 0; i < BATCH; i++) {
    s->vectors[i] = (struct iovec){.iov_base = s->slots[i], .iov_len = SLOT_BYTES};
    s->messages[i].msg_hdr = (struct msghdr){.msg_name = &s->peers[i],
                                             .msg_iov = &s->vectors[i],
                                             .msg_iovlen = 1,
                                             .msg_control = s->controls[i]};
  }
  napi_value name;
  napi_create_string_utf8(env, "accueil.udp", NAPI_AUTO_LENGTH, &name);
  napi_create_reference(env, argv[4], 1, &s->counters_ref);
  napi_create_reference(env, argv[5], 1, &s->on_event);
  napi_async_init(env, NULL, name, &s->context);
  napi_add_async_cleanup_hook(env, on_cleanup, s, &s->cleanup);
  if (napi_create_external(env, s, finalize, NULL, &handle) != napi_ok) {
    begin_close(s);
    return NULL;
  }
  s->owners++;
  s->receiving = true;
  watch(s);
  return handle;
}

/* A v4-mapped address counts as IPv4, here and in core/ip.ts. */
static uint32_t put_address(uint8_t *words, const struct in6_addr *address) {
  const uint8_t *octets = (const uint8_t *)address;
  if (memcmp(octets, V4_MAPPED, sizeof V4_MAPPED) == 0) {
    memcpy(words, octets + 12, 4);
    return 4;
  }
  memcpy(words, octets, 16);
  return 6;
}

static bool is_own(const struct in6_addr *address) {
  const uint8_t *octets = (const uint8_t *)address;
  static const uint8_t broadcast[4] = {255, 255, 255, 255};
  if (octets[0] == 0xff) return false;
  if (memcmp(octets, V4_MAPPED, sizeof V4_MAPPED) != 0) return true;
  return (octets[12] & 0xf0) != 0xe0 && memcmp(octets + 12, broadcast, 4) != 0;
}

static void put_record(struct batch_socket *s, int i, uint8_t *record, uint32_t length) {
  uint32_t words[HEADER_WORDS] = {0};
  const union address *peer = &s->peers[i];
  if (peer->any.sa_family == AF_INET) {
    memcpy(words, &peer->v4.sin_addr, 4);
    words[8] = ntohs(peer->v4.sin_port) | 4u << 16;
  } else {
    uint32_t family = put_address((uint8_t *)words, &peer->v6.sin6_addr);
    words[8] = ntohs(peer->v6.sin6_port) | family << 16;
    words[9] = peer->v6.sin6_scope_id;
  }
  struct msghdr *header = &s->messages[i].msg_hdr;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
      memcpy(&s->counters[KERNEL_DROPS], CMSG_DATA(c), sizeof(uint32_t));
    } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo local;
      memcpy(&local, CMSG_DATA(c), sizeof local);
      memcpy(&words[4], &local.ipi_spec_dst, 4);
      words[8] |= 1u << 24;
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo local;
      memcpy(&local, CMSG_DATA(c), sizeof local);
      if (!is_own(&local.ipi6_addr)) continue;
      put_address((uint8_t *)&words[4], &local.ipi6_addr);
      words[8] |= 1u << 24;
    }
  }
  words[10] = length;
  memcpy(record, words, HEADER_BYTES);
  memcpy(record + HEADER_BYTES, s->slots[i], length);
}

/* take(handle, chunk, at): how many records were put there; the counters say how many remain. */
static napi_value take(napi_env env, napi_callback_info info) {
  size_t argc = 3, size = 0;
  napi_value argv[3], result;
  uint8_t *chunk;
  uint32_t at;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 3) return NULL;
  struct batch_socket *s = socket_of(env, argv[0]);
  if (s == NULL || !octets_of(env, argv[1], &chunk, &size)) return NULL;
  if (napi_get_value_uint32(env, argv[2], &at) != napi_ok) return fail(env, EINVAL);
  uint32_t count = 0;
  for (; s->taken < s->staged; s->taken++) {
    int i = s->taken;
    uint32_t length = s->messages[i].msg_len;
    if ((s->messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0) {
      s->counters[TRUNCATED]++;
      continue;
    }
    if ((size_t)at + HEADER_BYTES + padded(length) > size) break;
    put_record(s, i, chunk + at, length);
    at += HEADER_BYTES + padded(length);
    count++;
  }
  s->counters[REMAINING] = (uint32_t)(s->staged - s->taken);
  napi_create_uint32(env, count, &result);
  return result;
}

static void get_v6(struct in6_addr *address, const uint8_t *words, uint32_t family) {
  if (family == 4) {
    memcpy(address, V4_MAPPED, sizeof V4_MAPPED);
    memcpy((uint8_t *)address + 12, words, 4);
  } else {
    memcpy(address, words, 16);
  }
}

/* Fills one message of a batch from a record; the octets after it are sent where they lie. */
static void address_message(int family, const uint32_t *words, union address *peer,
                            struct msghdr *header, uint8_t *control) {
  uint32_t peer_family = words[8] >> 16 & 0xff;
  bool has_local = words[8] >> 24 != 0;
  struct cmsghdr *c = (struct cmsghdr *)control;
  header->msg_name = peer;
  header->msg_control = has_local ? control : NULL;
  header->msg_controllen = 0;
  if (family == AF_INET) {
    peer->v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(words[8] & 0xffff)};
    memcpy(&peer->v4.sin_addr, words, 4);
    header->msg_namelen = sizeof peer->v4;
    if (!has_local) return;
    struct in_pktinfo local = {0};
    memcpy(&local.ipi_spec_dst, &words[4], 4);
    c->cmsg_level = IPPROTO_IP;
    c->cmsg_type = IP_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof local);
    memcpy(CMSG_DATA(c), &local, sizeof local);
    header->msg_controllen = CMSG_SPACE(sizeof local);
    return;
  }
  peer->v6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
                                   .sin6_port = htons(words[8] & 0xffff),
                                   .sin6_scope_id = words[9]};
  get_v6(&peer->v6.sin6_addr, (const uint8_t *)words, peer_family);
  header->msg_namelen = sizeof peer->v6;
  if (!has_local) return;
  struct in6_pktinfo local = {.ipi6_ifindex = words[9]};
  get_v6(&local.ipi6_addr, (const uint8_t *)&words[4], peer_family);
  c->cmsg_level = IPPROTO_IPV6;
  c->cmsg_type = IPV6_PKTINFO;
  c->cmsg_len = CMSG_LEN(sizeof local);
  memcpy(CMSG_DATA(c), &local, sizeof local);
  header->msg_controllen = CMSG_SPACE(sizeof local);
}

/* Sends the records of [from, to); returns how far it came, which is `to` unless the kernel is full. */
static uint32_t send_records(struct batch_socket *s, uint8_t *arena, uint32_t from, uint32_t to) {
  struct mmsghdr messages[BATCH];
  struct iovec vectors[BATCH];
  union address peers[BATCH];
  _Alignas(8) uint8_t controls[BATCH][CONTROL_BYTES];
  uint32_t ends[BATCH];
  while (from < to) {
    int count = 0;
    uint32_t at = from;
    for (; count < BATCH && at + HEADER_BYTES <= to; count++) {
      uint32_t words[HEADER_WORDS];
      memcpy(words, arena + at, HEADER_BYTES);
      uint32_t length = words[10];
      if (length > to - at - HEADER_BYTES) return to;
      vectors[count] = (struct iovec){.iov_base = arena + at + HEADER_BYTES, .iov_len = length};
      messages[count].msg_hdr = (struct msghdr){.msg_iov = &vectors[count], .msg_iovlen = 1};
      memset(controls[count], 0, CONTROL_BYTES);
      address_message(s->family, words, &peers[count], &messages[count].msg_hdr, controls[count]);
      at += HEADER_BYTES + padded(length);
      ends[count] = at;
    }
    if (count == 0) return to;
    int sent;
    do sent = sendmmsg(s->fd, messages, (unsigned)count, MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent > 0) {
      s->counters[SENT] += (uint32_t)sent;
      from = ends[sent - 1];
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
      s->wants_writable = true;
      watch(s);
      return from;
    }
    /* The error is the first message's: no route, a port 0, a firewall. The others go on. */
    s->counters[SEND_FAILED]++;
    from = ends[0];
  }
  return to;
}

/* send(handle, arena, from, to): how far it came */
static napi_value send_batch(napi_env env, napi_callback_info info) {
  size_t argc = 4, size = 0;
  napi_value argv[4], result;
  uint8_t *arena;
  uint32_t from, to;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 4) return NULL;
  struct batch_socket *s = socket_of(env, argv[0]);
  if (s == NULL || !octets_of(env, argv[1], &arena, &size)) return NULL;
  if (napi_get_value_uint32(env, argv[2], &from) != napi_ok ||
      napi_get_value_uint32(env, argv[3], &to) != napi_ok || to > size)
    return fail(env, EINVAL);
  napi_create_uint32(env, s->closing ? to : send_records(s, arena, from, to), &result);
  return result;
}

static napi_value port_of(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1], result;
  union address local;
  socklen_t size = sizeof local;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 1) return NULL;
  struct batch_socket *s = socket_of(env, argv[0]);
  if (s == NULL) return NULL;
  if (s->closing || getsockname(s->fd, &local.any, &size) < 0) return fail(env, EBADF);
  uint16_t port = s->family == AF_INET ? local.v4.sin_port : local.v6.sin6_port;
  napi_create_uint32(env, ntohs(port), &result);
  return result;
}

static napi_value stop_receiving(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 1) return NULL;
  struct batch_socket *s = socket_of(env, argv[0]);
  if (s == NULL) return NULL;
  s->receiving = false;
  watch(s);
  return NULL;
}

static napi_value close_socket(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 1) return NULL;
  struct batch_socket *s = socket_of(env, argv[0]);
  if (s != NULL) begin_close(s);
  return NULL;
}

NAPI_MODULE_INIT() {
  const struct {
    const char *name;
    napi_callback function;
  } functions[] = {{"open", open_socket},  {"take", take},
                   {"send", send_batch},   {"port", port_of},
                   {"close", close_socket}, {"stopReceiving", stop_receiving}};
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    if (napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL,
                             &function) != napi_ok ||
        napi_set_named_property(env, exports, functions[i].name, function) != napi_ok)
      return NULL;
  }
  return exports;
}

/*
 * A file as memory that is only read: however many processes of a machine map it, it is there once, and
 * what nobody looks at is not there at all. The map goes when JavaScript lets go of it.
 *
 * Writing to the memory ends the process, and so does a file that is cut short under it: whoever changes
 * such a file writes another and renames it.
 */
#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <errno.h>
#include <fcntl.h>
#include <node_api.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void unmap(napi_env env, void *memory, void *length) {
  (void)env;
  munmap(memory, (size_t)(uintptr_t)length);
}

static napi_value refuse(napi_env env, const char *what) {
  napi_throw_error(env, NULL, what);
  return NULL;
}

static napi_value map(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value path_value;
  char path[4096];
  size_t length;
  if (napi_get_cb_info(env, info, &count, &path_value, NULL, NULL) != napi_ok || count != 1 ||
      napi_get_value_string_utf8(env, path_value, path, sizeof path, &length) != napi_ok)
    return refuse(env, "the path is not a text");
  /* It is cut at the end of the buffer. */
  if (length >= sizeof path - 1 || strlen(path) != length) return refuse(env, "the path is too long");

  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return refuse(env, strerror(errno));
  struct stat about;
  if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size <= 0) {
    close(fd);
    return refuse(env, "it is not a file with something in it");
  }
  size_t size = (size_t)about.st_size;
  void *memory = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
  int error = errno;
  close(fd);
  if (memory == MAP_FAILED) return refuse(env, strerror(error));

  napi_value buffer;
  if (napi_create_external_arraybuffer(env, memory, size, unmap, (void *)(uintptr_t)size, &buffer) !=
      napi_ok) {
    munmap(memory, size);
    return refuse(env, "this Node takes no memory that it has not made itself");
  }
  return buffer;
}

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "map", NAPI_AUTO_LENGTH, map, NULL, &function) != napi_ok ||
      napi_set_named_property(env, exports, "map", function) != napi_ok)
    return NULL;
  return exports;
}

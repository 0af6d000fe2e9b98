# Compiler options that every target of the project shares, as one INTERFACE target.
add_library(lar_options INTERFACE)
# fmt is a shared library; said to all, since all share the precompiled header.
target_compile_definitions(lar_options INTERFACE FMT_SHARED)
target_include_directories(lar_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(lar_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers
  -fvisibility=hidden -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 takes the allocator of Asio's coroutine frames for a pair that does not match.
  target_compile_options(lar_options INTERFACE -Wno-mismatched-new-delete)
endif()
if(LAR_WERROR)
  target_compile_options(lar_options INTERFACE -Werror)
endif()
# Hardening; tools/check/hardening.py looks for it in what is built.
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT LAR_SANITIZE)
  target_compile_options(lar_options INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-clash-protection)
endif()
target_link_options(lar_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)

if(LAR_SANITIZE)
  target_compile_options(lar_options INTERFACE
    -fsanitize=${LAR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(LAR_SANITIZE MATCHES "undefined")
    # This check probes memory through a pipe, which a sandboxed runner may not open: it would take
    # every object there for a wrong one.
    target_compile_options(lar_options INTERFACE -fno-sanitize=vptr)
  endif()
  target_link_options(lar_options INTERFACE -fsanitize=${LAR_SANITIZE})
endif()
if(LAR_FUZZ)
  # The libraries carry coverage counters; only the fuzz targets link the driver.
  target_compile_options(lar_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

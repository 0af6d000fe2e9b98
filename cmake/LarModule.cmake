# lar_module(NAME SRCS file... [DEPS module...] [LIBS target...] [PCH name])
#   One folder of src/ as one static library `lar_NAME`. DEPS are the modules whose headers
#   it may include (tools/check/tree.py holds the sources to that list); LIBS are packages.
#   PCH names another precompiled header than `standard` (see below).
function(lar_module name)
  cmake_parse_arguments(M "" "PCH" "SRCS;DEPS;LIBS" ${ARGN})
  add_library(lar_${name} STATIC ${M_SRCS})
  list(TRANSFORM M_DEPS PREPEND lar_)
  target_link_libraries(lar_${name} PUBLIC lar_options ${M_DEPS} PRIVATE ${M_LIBS})
  if(NOT M_PCH)
    set(M_PCH standard)
  endif()
  lar_use_pch(lar_${name} ${M_PCH})
endfunction()

# lar_test(MODULE SRCS file... [DEPS module...] [LIBS target...] [PCH name])
#   The tests of one module as one program; it links that module and DEPS alone. PCH names another
#   precompiled header than `test`.
function(lar_test module)
  cmake_parse_arguments(T "SLOW" "PCH" "SRCS;DEPS;LIBS" ${ARGN})
  set(target ${module}_test)
  if(LAR_SANITIZE STREQUAL "thread")
    # These replace operator new, which the thread sanitizer's runtime already does.
    list(FILTER T_SRCS EXCLUDE REGEX "allocation_test.cpp$")
  endif()
  add_executable(${target} ${T_SRCS})
  list(TRANSFORM T_DEPS PREPEND lar_)
  target_link_libraries(${target} PRIVATE lar_${module} ${T_DEPS} lar_test_support ${T_LIBS}
                        GTest::gtest GTest::gmock GTest::gtest_main)
  if(NOT T_PCH)
    set(T_PCH test)
  endif()
  lar_use_pch(${target} ${T_PCH})
  add_test(NAME ${module} COMMAND ${target})
  set_tests_properties(${module} PROPERTIES TIMEOUT 900)
  if(T_SLOW)
    set_tests_properties(${module} PROPERTIES LABELS slow)
  endif()
endfunction()

# lar_fuzz(NAME DEPS module... [CORPUS dir])
#   fuzz/NAME_fuzz.cpp with libFuzzer and, where it exists, the dictionary NAME.dict; a smoke run
#   over its corpus is a test labelled `fuzz`.
function(lar_fuzz name)
  cmake_parse_arguments(F "" "" "DEPS;LIBS" ${ARGN})
  set(target ${name}_fuzz)
  add_executable(${target} ${name}_fuzz.cpp)
  list(TRANSFORM F_DEPS PREPEND lar_)
  target_link_libraries(${target} PRIVATE ${F_DEPS} lar_options ${F_LIBS})
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  lar_use_pch(${target} standard)
  set(seeds ${PROJECT_SOURCE_DIR}/fuzz/corpus/${name})
  set(dictionary ${CMAKE_CURRENT_SOURCE_DIR}/${name}.dict)
  if(EXISTS ${dictionary})
    set(dictionary_option -dict=${dictionary})
  endif()
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/found/${name})
  add_test(NAME fuzz_${name}
    COMMAND ${target} ${dictionary_option} -max_total_time=${LAR_FUZZ_SECONDS} -timeout=5
            -rss_limit_mb=1024
            ${CMAKE_CURRENT_BINARY_DIR}/found/${name} ${seeds})
  set_tests_properties(fuzz_${name} PROPERTIES LABELS fuzz TIMEOUT 1200)
endfunction()
set(LAR_FUZZ_SECONDS 15 CACHE STRING "Seconds a fuzz target runs in the smoke test")

# The precompiled headers: what many files include and what takes the longest to read. Kernels keep
# out of them (their own ISA flags). A file still includes all that it uses: the presets `dev` and
# `arm64` build without these.
set(LAR_PCH_standard
  <algorithm> <array> <atomic> <bit> <chrono> <cmath> <cstddef> <cstdint> <cstring> <expected>
  <functional> <limits> <map> <memory> <mutex> <optional> <span> <string> <string_view>
  <unordered_map> <utility> <variant> <vector> <fmt/format.h> <nlohmann/json.hpp>)
set(LAR_PCH_asio ${LAR_PCH_standard}
  <boost/asio/any_io_executor.hpp> <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp>
  <boost/asio/io_context.hpp> <boost/asio/post.hpp> <boost/asio/steady_timer.hpp>
  <boost/asio/use_awaitable.hpp>)
set(LAR_PCH_test ${LAR_PCH_standard} <gmock/gmock.h> <gtest/gtest.h>)
set(LAR_PCH_asio_test ${LAR_PCH_asio} <gmock/gmock.h> <gtest/gtest.h>)
# What is linked with the headers, for the macros that come with it.
set(LAR_PCH_test_LIBS GTest::gtest GTest::gmock)
set(LAR_PCH_asio_test_LIBS GTest::gtest GTest::gmock)

# lar_use_pch(TARGET NAME): TARGET, which links lar_options, is compiled with that header.
function(lar_use_pch target name)
  if(NOT LAR_PCH)
    return()
  endif()
  set(owner lar_pch_${name})
  if(NOT TARGET ${owner})
    add_library(${owner} STATIC ${PROJECT_SOURCE_DIR}/cmake/pch.cpp)
    target_link_libraries(${owner} PRIVATE lar_options ${LAR_PCH_${name}_LIBS})
    target_precompile_headers(${owner} PRIVATE ${LAR_PCH_${name}})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${owner})
endfunction()

// Owner of the precompiled header; see LarModule.cmake.

#include "tokenizer/dfa.h"

#include <gtest/gtest.h>

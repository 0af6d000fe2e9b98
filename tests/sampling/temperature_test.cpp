#include "sampling/temperature.h"

#include <gtest/gtest.h>

#include "support.h"

namespace lar::sampling::test {
namespace {

TEST(Temperature, RaisesTheProbabilitiesToItsInverse) {
  Set set({0.2F, 0.8F});
  apply_temperature(set.candidates, 0.5F);
  softmax(set.candidates);
  EXPECT_NEAR(set.storage[0].p, 0.04F / 0.68F, 1e-6F);
  Set flat({0.2F, 0.8F});
  apply_temperature(flat.candidates, 2.0F);
  softmax(flat.candidates);
  EXPECT_NEAR(flat.storage[0].p, 1.0F / 3.0F, 1e-6F);
}

TEST(Temperature, ExtremesStayProbabilities) {
  for (const float temperature : {1e-45F, 1e-30F, 1e30F, 3e38F}) {
    Set set({0.2F, 0.4F, 0.4F});
    apply_temperature(set.candidates, temperature);
    softmax(set.candidates);
    const float sum = set.storage[0].p + set.storage[1].p + set.storage[2].p;
    EXPECT_NEAR(sum, 1.0F, 1e-6F) << temperature;
    EXPECT_NEAR(set.storage[0].p, temperature > 1.0F ? 1.0F / 3.0F : 0.0F, 1e-6F) << temperature;
  }
}

}  // namespace
}  // namespace lar::sampling::test

// When a search has to stop before it is done.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include "damage.hpp"

namespace searchkit {

// Shared by whoever asks for a search and whoever may want to end it.
using CancellationFlag = std::shared_ptr<std::atomic<bool>>;

// Belongs to one search; check() is called after every few microseconds of work.
class Stop {
 public:
  using Clock = std::chrono::steady_clock;

  Stop() = default;
  // Either may be missing; `seconds` counts from now on.
  Stop(CancellationFlag flag, std::optional<double> seconds) : flag_(std::move(flag)) {
    if (seconds) {
      // Beyond this a limit is none, and would not fit in the clock.
      constexpr double most = 1e9;
      deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::duration<double>(
                                         *seconds < most ? *seconds : most));
    }
  }

  // Throws Interrupted when the search was cancelled, or has taken too long.
  void check() {
    if (flag_ && flag_->load(std::memory_order_relaxed)) {
      throw Interrupted("the search was cancelled");
    }
    // The clock costs more than the rest.
    if (deadline_ && ticks_++ % 8 == 0 && Clock::now() >= *deadline_) {
      throw Interrupted("the search has taken longer than it may");
    }
  }

 private:
  CancellationFlag flag_;
  std::optional<Clock::time_point> deadline_;
  unsigned ticks_ = 0;
};

}  // namespace searchkit

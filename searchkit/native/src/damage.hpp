// Errors that have a counterpart in searchkit.errors.
#pragma once

#include <stdexcept>
#include <string>

namespace searchkit {

// A file is cut short, altered, or inconsistent: searchkit.errors.IndexDamagedError.
struct Damage : std::runtime_error {
  Damage(std::string file, const std::string& reason)
      : std::runtime_error(reason), path(std::move(file)) {}
  std::string path;
};

// The system refuses: OSError with the number and the path.
struct SystemError : std::runtime_error {
  SystemError(std::string file, int code)
      : std::runtime_error("system error"), path(std::move(file)), number(code) {}
  std::string path;
  int number;
};

// A search was told to stop, or has taken longer than it may.
struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace searchkit

// F03: the calls of a create, a replacement, a copy and a removal are recorded; then every state is
// built in which a power cut could have left the disk, and each must be a good store.
//
// The model of the disk: what a file holds is sure after its fsync, and torn, old or new before.
// A name made, moved or removed is sure after the fsync of its directory; before, each change may
// have happened or not, in any combination.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "actor.h"
#include "sample_model.h"
#include "store/store.h"
#include "store/verify.h"
#include "support/data.h"

namespace lar::store {
namespace {

namespace fs = std::filesystem;

struct Inode {
  std::string sure;
  std::string current;
};
using File = std::shared_ptr<Inode>;

struct Change {
  fs::path directory;  // whose fsync makes it sure
  fs::path remove;     // empty: nothing
  fs::path add;        // empty: nothing
  File file;           // nullptr for a directory
};

struct Disk {
  std::map<fs::path, File> files;
  std::set<fs::path> directories;

  void apply(const Change& change) {
    if (!change.remove.empty()) {
      files.erase(change.remove);
      directories.erase(change.remove);
    }
    if (change.add.empty() || !directories.contains(change.add.parent_path())) return;
    if (change.file) {
      files[change.add] = change.file;
    } else {
      directories.insert(change.add);
    }
  }
};

std::string unhex(const std::string& hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return out;
}

// Plays the record and keeps apart what is sure and what is not.
class Recorder {
 public:
  explicit Recorder(fs::path root) : root_(std::move(root)) {
    sure_.directories = {root_};  // its own making is outside of what is recorded
    current_ = sure_;
  }

  int marks() const { return marks_; }

  void play(const std::string& line) {
    std::istringstream in(line);
    std::string verb;
    std::string a;
    std::string b;
    std::string c;
    in >> verb >> a >> b >> c;
    if (verb == "mark") ++marks_;
    if (verb == "open") open(std::stoi(a), b);
    if (verb == "write") write(*fds_.at(std::stoi(a)), std::stoul(b), unhex(c));
    if (verb == "fsync") sync(std::stoi(a));
    if (verb == "mkdir") change({fs::path(a).parent_path(), {}, a, nullptr});
    if (verb == "unlink" || verb == "rmdir") change({fs::path(a).parent_path(), a, {}, nullptr});
    if (verb == "rename") {
      change({fs::path(b).parent_path(), a, b, current_.files.at(a)});
    }
  }

  // Calls `visit(files)` for every state the disk may be in now.
  template <class Visit>
  void states(Visit visit) const {
    const size_t combinations = size_t{1} << std::min<size_t>(pending_.size(), 8);
    for (size_t chosen = 0; chosen < combinations; ++chosen) {
      Disk disk = sure_;
      for (size_t i = 0; i < pending_.size(); ++i) {
        if (i >= 8 || (chosen >> i & 1U) != 0) disk.apply(pending_[i]);
      }
      for (const int content : {0, 1, 2}) {
        std::map<std::string, std::string> files;
        for (const auto& [path, file] : disk.files) {
          const bool torn = content == 1 && file->sure != file->current;
          files[path.lexically_relative(root_).string()] =
              content == 2 ? file->current
              : torn       ? std::string(file->current.size(), '\0')
                           : file->sure;
        }
        visit(files);
      }
    }
  }

 private:
  void open(int fd, const fs::path& path) {
    names_[fd] = path;
    if (current_.directories.contains(path)) return;
    if (const auto it = current_.files.find(path); it != current_.files.end()) {
      fds_[fd] = it->second;
      return;
    }
    fds_[fd] = std::make_shared<Inode>();
    change({path.parent_path(), {}, path, fds_[fd]});
  }

  static void write(Inode& file, size_t offset, const std::string& bytes) {
    if (file.current.size() < offset + bytes.size()) file.current.resize(offset + bytes.size());
    file.current.replace(offset, bytes.size(), bytes);
  }

  void sync(int fd) {
    const fs::path& path = names_.at(fd);
    if (!current_.directories.contains(path)) {
      fds_.at(fd)->sure = fds_.at(fd)->current;
      return;
    }
    std::vector<Change> left;
    for (const Change& change : pending_) {
      if (change.directory == path) {
        sure_.apply(change);
      } else {
        left.push_back(change);
      }
    }
    pending_ = std::move(left);
  }

  void change(Change change) {
    if (change.add == root_) return;
    current_.apply(change);
    // Our own corner: whatever stands there, the store is good (other tests see to that).
    if (change.directory.string().find("/.lar/") != std::string::npos) {
      sure_.apply(change);
      return;
    }
    pending_.push_back(std::move(change));
  }

  fs::path root_;
  Disk sure_;
  Disk current_;
  std::vector<Change> pending_;
  std::map<int, fs::path> names_;
  std::map<int, File> fds_;
  int marks_ = 0;
};

using Models = std::map<std::string, std::string>;  // name -> manifest

TEST(Crash, EveryStateAfterAPowerCutIsAGoodStore) {
  auto dir = lar::test::TempDir::in_memory();
  const auto root = dir.path() / "models";
  const auto log = dir.path() / "log";
  ASSERT_EQ(test::run_actor(root,
                            {"create", "a", "1", "create", "a", "2", "copy", "a", "b", "remove",
                             "a", "create", "ns/c:x", "3", "remove", "b"},
                            {.log = log}),
            0);
  const auto manifest = [](uint64_t seed) {
    return test::sample_model(seed, 3000).manifest.encode();
  };
  const std::vector<Models> steps = {
      {},
      {{"a:latest", manifest(1)}},
      {{"a:latest", manifest(2)}},
      {{"a:latest", manifest(2)}, {"b:latest", manifest(2)}},
      {{"b:latest", manifest(2)}},
      {{"b:latest", manifest(2)}, {"ns/c:x", manifest(3)}},
      {{"ns/c:x", manifest(3)}},
      {{"ns/c:x", manifest(3)}},
  };
  Recorder recorder(root);
  std::set<std::pair<int, size_t>> seen;
  int states = 0;
  const auto disk = dir.path() / "disk";
  std::ifstream in(log);
  for (std::string line; std::getline(in, line);) {
    recorder.play(line);
    const auto step = static_cast<size_t>(recorder.marks());
    recorder.states([&](const std::map<std::string, std::string>& files) {
      std::string all;
      for (const auto& [path, content] : files) all += path + '\0' + content + '\0';
      if (!seen.insert({recorder.marks(), std::hash<std::string>()(all)}).second) return;
      ++states;
      fs::remove_all(disk);
      for (const auto& [path, content] : files) {
        fs::create_directories((disk / path).parent_path());
        std::ofstream(disk / path, std::ios::binary) << content;
      }
      const Store store(disk);
      const auto report = verify(store, {});
      ASSERT_TRUE(report);
      EXPECT_TRUE(report->clean()) << line.substr(0, 200) << ": "
                                   << (report->damaged.empty() ? "" : report->damaged[0].detail);
      Models models;
      const auto listing = store.list();
      ASSERT_TRUE(listing);
      for (const auto& model : listing->models) models[model.name.shortest()] = model.bytes;
      EXPECT_TRUE(models == steps[step] || models == steps[step + 1]) << line.substr(0, 200);
    });
  }
  EXPECT_EQ(recorder.marks(), 6);
  std::printf("%d states of the disk, all good\n", states);
  EXPECT_GT(states, 100);
}

}  // namespace
}  // namespace lar::store

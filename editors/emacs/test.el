;;; test.el --- the configuration of docs/guide/emacs.md, in a real Emacs  -*- lexical-binding: t -*-
;; EFL=path/to/efl emacs -q --batch -l editors/emacs/test.el    (-q and not -Q: Debian's eglot is in site-lisp)
(package-initialize)
(require 'cl-lib)
(require 'eglot)
(require 'flymake)

(defconst efl (expand-file-name (getenv "EFL")))
(defconst here (file-name-directory load-file-name))

(defun check (what ok)
  (princ (format "%s %s\n" (if ok "ok  " "FAIL") what))
  (unless ok (kill-emacs 1)))
(defun until (predicate)
  (let ((end (+ (float-time) 10)) found)
    (while (and (not (setq found (funcall predicate))) (< (float-time) end)) (accept-process-output nil 0.02))
    found))

;; What the page says, with the program of the test.
(with-temp-buffer
  (insert-file-contents (expand-file-name "../../docs/guide/emacs.md" here))
  (search-forward "```elisp\n")
  (let ((start (point)))
    (search-forward "\n```")
    (eval-region start (match-beginning 0))))
(remove-hook 'efl-mode-hook #'eglot-ensure) ; --batch has no idle time
(setf (alist-get 'efl-mode eglot-server-programs) (list efl "lsp"))
(setq eglot-sync-connect 10 eglot-send-changes-idle-time 0 eglot-autoshutdown t)

(let* ((folder (make-temp-file "efl" t)) (file (expand-file-name "main.efl" folder)))
  (with-temp-file file
    (insert "/// A car.\ntype Vehicle = { plate: Missing }\nparam fleet-size: int = 3 // edge-a\n"))
  (find-file file)
  (check "a file that ends in .efl is EFL" (eq major-mode 'efl-mode))
  (font-lock-ensure)
  (search-forward "type")
  (check "keywords are coloured" (eq (get-text-property (1- (point)) 'face) 'font-lock-keyword-face))
  (search-forward "edge")
  (check "comments are known" (nth 4 (syntax-ppss)))
  (search-backward "fleet")
  (check "a name may have `-` in it" (equal (thing-at-point 'symbol t) "fleet-size"))
  (apply #'eglot (eglot--guess-contact))
  (check "the server runs" (until #'eglot-current-server))
  (let (found)
    ;; Flymake's idle timers do not run in --batch: its backend is asked.
    (eglot-flymake-backend (lambda (diagnostics &rest _) (when diagnostics (setq found diagnostics))))
    (check "a diagnostic" (until (lambda () found)))
    (check "it says what is wrong" (string-match-p "Missing" (flymake-diagnostic-text (car found))))
    (check "it is where it is" (= 2 (line-number-at-pos (flymake-diagnostic-beg (car found))))))
  (goto-char (point-max))
  (insert "param   x:int=1\n")
  (eglot-format-buffer)
  (check "formatted" (string-match-p "^param x: int = 1$" (buffer-string)))
  (set-buffer-modified-p nil)
  (eglot-shutdown (eglot-current-server))
  (delete-directory folder t))
;;; test.el ends here
